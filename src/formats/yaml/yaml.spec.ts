import { describe, expect, it } from 'vitest';
import { checkExpansion, isEmpty, readYaml, YamlFields } from './index.ts';

const entries = (text: string) => {
  const node = readYaml(text, 'x.yaml');
  return node.kind === 'map' ? node.entries : expect.fail('no mapping');
};

describe('YAML documents', () => {
  it('keep scalars and keys as they were written, with places', () => {
    expect(entries('a: 1.10\n1.20: "yes"\n')).toMatchObject([
      { key: 'a', value: { text: '1.10', isPlain: true, place: { file: 'x.yaml', line: 1, column: 4 } } },
      { key: '1.20', value: { text: 'yes', isPlain: false }, place: { line: 2, column: 1 } },
    ]);
    expect(entries('a: !!str 1\nb:\n')).toMatchObject([
      { value: { isPlain: false } },
      { value: { text: '' } },
    ]);
    expect(isEmpty(readYaml('', 'x'))).toBe(true);
    expect(entries('a: Null\nb: "null"\n').map(({ value }) => isEmpty(value))).toEqual([true, false]);
  });
  it('know anchors and merge keys, the later of two equal keys counting', () => {
    const read = entries('a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\na: {z: 1}\n');
    expect(read.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(read[0]).toMatchObject({ value: { entries: [{ key: 'z' }] } });
    expect(read[1]).toMatchObject({ value: { entries: [{ key: 'x' }, { key: 'y', value: { text: '3' } }] } });
  });
  it.each(['a:\n\t- b', 'a: [', 'a: *b', '<<: 1', '? [a]\n: b', 'a: b: c'])('YML001 for %o', (text) => {
    expect(() => readYaml(text, 'x')).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'YML001', place: expect.objectContaining({ file: 'x' }) }),
      }),
    );
  });
});

it('end with YML001 when aliases multiply', () => {
  const lines = ['a0: &a0 [x]'];
  for (let at = 1; at <= 30; at += 1) lines.push(`a${at}: &a${at} [*a${at - 1}, *a${at - 1}]`);
  const node = readYaml(lines.join('\n'), 'x');
  expect(() => checkExpansion(node)).toThrow(/YML001 the aliases stand for more than 200000 values/);
});

describe('fields', () => {
  it('note everything that is wrong: YML002 for kinds, YML003 for names', () => {
    const fields = new YamlFields();
    const map = fields.map(
      readYaml('master: a\nlist: b\ntext: [c]\nnames: [d, {e: 1}, {f: 1, g: 2}, [h]]\n', 'x'),
      'the file',
      [...['masters', 'list', 'text', 'names']],
    );
    expect(fields.list(map.get('list'), "'list'")).toEqual([]);
    expect(fields.text(map.get('text'), "'text'")).toBeUndefined();
    expect(fields.named(map.get('names'), "'names'").map(({ name }) => name)).toEqual(['d', 'e']);
    expect(fields.map(map.get('list'), "'list'").size).toBe(0);
    expect(fields.problems.map(({ code, place }) => `${code} ${place?.line}`)).toEqual([
      'YML003 1',
      'YML002 2',
      'YML002 3',
      'YML002 4',
      'YML002 4',
      'YML002 2',
    ]);
    expect(fields.problems[0]?.next).toBe("Did you mean 'masters'?");
  });
});
