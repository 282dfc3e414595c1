import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/package-difference/index.ts';

describe('two programs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-elf-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const compile = (text: string, name: string): Buffer => {
    writeFileSync(join(folder, 'a.c'), text);
    const ran = spawnSync('gcc', ['-shared', '-fPIC', '-o', name, 'a.c'], { cwd: folder });
    expect(String(ran.stderr)).toBe('');
    return readFileSync(join(folder, name));
  };

  it('differ by the sections that the compiler wrote, in the words of readelf', () => {
    const one = compile('const char *when = "monday at noon";', 'one');
    const two = compile('const char *when = "friday at noon";', 'two');
    const lines = compareBytes(one, two);
    const sections = spawnSync('readelf', ['-SW', 'one'], { cwd: folder }).stdout.toString();
    const named = lines.map((line) => /^section (\S+) differs/.exec(line)?.[1] ?? line);
    for (const name of named) expect(sections).toContain(` ${name} `);
    expect(named).toContain('.rodata');
    expect(lines.find((line) => line.includes('.rodata'))).toContain(
      `${Buffer.from('monday a').toString('hex')}, then`,
    );
    expect(named, 'what they have in common is not told').not.toContain('.comment');
  });
});
