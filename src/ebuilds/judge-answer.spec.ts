import { describe, expect, it } from 'vitest';
import { problemOfAnswer, warningOfAnswer } from './judge-answer.ts';
import { readAnswer, TripleReader } from './metadata-text.ts';

const ebuild = { id: 'app-misc/foo-1', path: 'app-misc/foo/foo-1.ebuild' };
const realPath = (path: string): string | undefined =>
  path.startsWith('/tree/') ? path.slice('/tree/'.length) : undefined;
const judge = (status: string, text: string) => problemOfAnswer(ebuild, readAnswer(status, text), realPath);

describe('the answer of one ebuild', () => {
  it('is EBD011 when the sandbox has an older Bash than the EAPI is for', () => {
    expect(judge('1', '\u001edie\u001fbash\u001f5.2.15\u001f\u001f\u001f\u001e')).toMatchObject({
      code: 'EBD011',
      what: "'app-misc/foo-1' is for a newer Bash than the sandbox's 5.2.15",
    });
  });

  it('has the place that Bash names when it gives up by itself', () => {
    const said = '/tree/eclass/a.eclass: line 7: unexpected EOF while looking for matching `"\'\n';
    expect(judge('1', said)).toMatchObject({
      code: 'EBD001',
      place: { file: 'eclass/a.eclass', line: 7 },
      why: 'Bash says: eclass/a.eclass: line 7: unexpected EOF while looking for matching `"\'',
    });
  });

  it('is no metadata when its records are torn, whatever is in them', () => {
    const whole = 'x\u001emeta\u001fEAPI=8\u001fSLOT=0\u001ey';
    expect(judge('0', whole)).toBeUndefined();
    expect(readAnswer('0', whole).messages).toBe('xy');
    expect(warningOfAnswer(ebuild, readAnswer('0', whole), realPath)).toMatchObject({ code: 'EBD010' });
    for (const torn of [`\u001e${whole}`, whole.replace('EAPI=', ''), whole.replace('meta', 'mate'), ''])
      expect(judge('0', torn)?.code, JSON.stringify(torn)).toBe('EBD009');
  });
});

it('triples come out whole, however the bytes are cut', () => {
  const bytes = Buffer.from('0\u00000\u0000ä€\u00001\u0000wrote\u0000\u00002\u00001');
  for (let size = 1; size <= bytes.byteLength; size += 1) {
    const found: unknown[] = [];
    const reader = new TripleReader((triple) => found.push(triple));
    for (let at = 0; at < bytes.byteLength; at += size) reader.push(bytes.subarray(at, at + size));
    expect(found).toEqual([
      ['0', '0', 'ä€'],
      ['1', 'wrote', ''],
    ]);
  }
});
