import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classTexts,
  type Failure,
  FailureScan,
  failureClasses,
  failureRules,
  judgeFailure,
  normaliseLine,
  phaseMarks,
  signatureOf,
} from './index.ts';
import { renderClassesPage } from './render-classes-page.ts';

const failed = { timedOut: false, code: 'BLD001' } as const;

function scanOf(text: string | Uint8Array, pieceBytes = 1 << 16) {
  const bytes = Buffer.from(text);
  const scan = new FailureScan();
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) scan.push(bytes.subarray(at, at + pieceBytes));
  return scan.end();
}
const judge = (text: string | Uint8Array, end: Parameters<typeof judgeFailure>[1] = failed): Failure =>
  judgeFailure(scanOf(text), end);

const folder = `${import.meta.dirname}/../../testdata/failures`;
const logs = readdirSync(folder)
  .filter((name) => name.endsWith('.log'))
  .map((name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const marked = text.split('\n').findIndex((line) => line.endsWith(' <<<'));
    // the mark is for people who read the file; the log itself does not have it
    return { name, log: text.replace(' <<<\n', '\n'), first: marked + 1 };
  });

describe('the class of a failure', () => {
  it.each(logs)('$name is told by the rules, with the line that shows it', ({ name, log, first }) => {
    const found = judge(log);
    expect(`${found.class} in ${found.phase}`).toBe(
      name.replace('.log', '').split('--')[0]?.replace('_', ' in '),
    );
    expect(found.first?.line).toBe(first);
    const { offset = 0 } = found.first ?? {};
    const there = Buffer.from(log).subarray(offset).toString().split('\n')[0] ?? '';
    expect(there.replace(/\u001b\[[\d;]*m/g, '')).toContain(found.first?.text ?? 'nothing');
    expect(found.evidence.length).toBeGreaterThan(0);
  });

  it.each(failureRules.map((rule) => [rule.id, rule] as const))('rule %s knows its example', (_, rule) => {
    expect(rule.pattern.test(rule.example)).toBe(true);
    expect(rule.words.some((word) => rule.example.toLowerCase().includes(word))).toBe(true);
    expect(rule.pattern.global).toBe(false);
    const phase = rule.class === 'test-failure' ? '==> Starting check()...\n' : '';
    expect(judge(`${phase}${rule.example}\n`)).toMatchObject({ class: rule.class, rule: rule.id });
  });

  it('has a rule for each class but the last, and words for people for each', () => {
    const classes = new Set(failureRules.map((rule) => rule.class));
    for (const one of failureClasses) {
      expect(classTexts[one].title).not.toBe('');
      if (one !== 'unknown') expect(classes).toContain(one);
    }
    expect(new Set(failureRules.map(({ id }) => id)).size).toBe(failureRules.length);
  });

  it('goes by the record where the log does not say it', () => {
    expect(judge('compiling\n', { timedOut: true, code: undefined }).class).toBe('time-out');
    expect(judge('compiling\n', { timedOut: false, code: 'BLD010' }).class).toBe('out-of-memory');
    expect(judge('compiling\n', { timedOut: false, code: 'BLD014' }).class).toBe('permission');
    expect(judge('compiling\n').class).toBe('unknown');
    expect(judge('').class).toBe('unknown');
    expect(judge('a.c:1:1: error: x\n', { timedOut: true, code: undefined })).toMatchObject({
      class: 'time-out',
      first: { line: 1 },
    });
  });

  it('takes an end of the log without a newline for a line', () => {
    expect(judge('one\na.c:1:1: error: x').first).toEqual({ line: 2, offset: 4, text: 'a.c:1:1: error: x' });
  });

  it('sees through colours, progress lines and UTF-8', () => {
    const log =
      '\u001b[1m==> Starting build()...\u001b[0m\n10%\r20%\r\u001b[01;31ma.c:1:1: err\u001b[1mor: \u001b[0m‘bäd’\r\n';
    expect(judge(log)).toMatchObject({
      class: 'compiler-error',
      phase: 'build',
      first: { line: 2, text: 'a.c:1:1: error: ‘bäd’' },
    });
  });

  it('does not take what tests print long before for the reason', () => {
    const noise = `a.c:1:1: error: expected by a test\n${'line\n'.repeat(500)}`;
    const log = `${noise}b.c:1:1: error: real\nmake: *** [b.o] Error 1\n==> ERROR: A failure occurred in build().\n`;
    expect(judge(log).first?.text).toBe('b.c:1:1: error: real');
  });

  it('knows a warning that counts as an error from a command that makes it count', () => {
    const log =
      "gcc -Werror=unused -c error.c\nerror.c:3:1: error: unused 'i' [-Werror=unused]\nmake: *** [a.o] Error 1\n";
    expect(judge(log)).toMatchObject({ class: 'compiler-error', first: { line: 2 } });
  });

  it('stays with the first error when other processes still wrote much', () => {
    const log = `b.c:1:1: error: real\nmake[1]: *** [b.o] Error 1\n${'gcc -c x.c\n'.repeat(900)}make: *** [all] Error 2\n`;
    expect(judge(log).first?.text).toBe('b.c:1:1: error: real');
  });
});

describe('the phases of a log', () => {
  it.each(phaseMarks.map((mark) => [mark.example, mark.kind] as const))('%j begins %s', (example, kind) => {
    const { phases } = scanOf(`before\n${example}\n`);
    expect(phases).toMatchObject([{ kind, line: 2, offset: 7 }]);
    expect(phases[0]?.name).not.toBe('');
  });
});

describe('reading a log', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...failureRules.map((rule) => rule.example), ...phaseMarks.map((mark) => mark.example)),
    fc.constantFrom('make: *** [x] Error 1', '\r', '\u001b[31merror:\u001b[0m x', 'error: ü'),
  );

  it('finds the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (lines, size) => {
        const text = lines.join('\n');
        expect(judgeFailure(scanOf(text, size), failed)).toEqual(judgeFailure(scanOf(text), failed));
      }),
    );
  });

  it('counts lines, and its places are those of the text', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const text = lines.join('\n');
        const bytes = Buffer.from(text);
        const findings = scanOf(text, 7);
        const all = text.split('\n');
        expect(findings.lines).toBe(text.endsWith('\n') || text === '' ? all.length - 1 : all.length);
        for (const place of [...findings.phases, ...judgeFailure(findings, failed).evidence]) {
          expect(bytes.subarray(0, place.offset).toString().split('\n').length).toBe(place.line);
          expect(place.offset === 0 || bytes[place.offset - 1] === 10).toBe(true);
        }
      }),
    );
  });

  it('never fails, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), (bytes, timedOut) => {
        expect(failureClasses).toContain(judge(bytes, { timedOut, code: undefined }).class);
      }),
    );
  });

  it('takes lines without an end, made to be slow, in little memory and time', () => {
    const scan = new FailureScan();
    for (const text of [
      'error ',
      'a:1:',
      '/a',
      '==> packmill: ',
      '\r',
      '\u001b[1m',
      'hunk # failed (',
      '99 ',
    ]) {
      const piece = Buffer.from(text.repeat(Math.ceil((1 << 18) / text.length)));
      for (let i = 0; i < 4; i += 1) scan.push(piece);
      scan.push(Buffer.from('\n'));
    }
    scan.push(Buffer.from('a.c:1:1: error: the end'));
    const findings = scan.end();
    expect(findings.lines).toBe(9);
    expect(judgeFailure(findings, failed).class).not.toBe('');
  });
});

describe('the signature of a failure', () => {
  it.each([
    ['/build/hello-2.12/src/a.c:3:5: error: no foo', '/tmp/x/hello-2.13/src/a.c:14:11: error: no foo'],
    ['[ 3%] 12:01:44 FAIL: test_x (pid 4711)', '[98%] 23:59:01 FAIL: test_x (pid 12)'],
    ['object 0x7ffd12ab34 of 9fceb02d0ae598e95dc970b74767f19372d61af8', 'object 0x55 of 1234567abcdef'],
    [
      'curl: (6) https://example.org/a-1.0.tar.gz failed',
      'curl: (6) https://example.org/b/a-1.1.tar.xz failed',
    ],
    ['2026-01-02T03:04:05Z took 3.5 s', '2025-11-12T13:14:15Z took 12 s'],
  ])('is the same for %j and %j', (one, other) => {
    expect(normaliseLine(one)).toBe(normaliseLine(other));
    expect(signatureOf('unknown', one)).toBe(signatureOf('unknown', other));
  });

  it('differs by class, and by what is wrong', () => {
    expect(signatureOf('network', 'x')).not.toBe(signatureOf('checksum', 'x'));
    expect(normaliseLine("error: unknown type 'foo'")).not.toBe(normaliseLine("error: unknown type 'bar'"));
    expect(normaliseLine('error[E0308]: mismatched types')).toContain('E0308');
    expect(normaliseLine('ld: cannot find -lfoo2')).toContain('-lfoo2');
  });

  it('is quick and sixteen digits long for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        expect(signatureOf('unknown', text)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
    expect(normaliseLine('/a'.repeat(100_000)).length).toBeLessThan(500);
  });
});

describe('docs/failure-classes.md', () => {
  it('says what the rules say', () => {
    const page = readFileSync(`${import.meta.dirname}/../../docs/failure-classes.md`, 'utf8');
    expect(page).toBe(renderClassesPage());
  });
});
