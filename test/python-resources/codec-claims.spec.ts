import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** What the compiler says of the codecs when the types of the domain were changed. */
function compile(changes: readonly (readonly [string, string])[]): string {
  folder = mkdtempSync(join(tmpdir(), 'packmill-types-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const room of ['diagnostics', 'primitives', 'formats/pyresources', 'formats/python-graph'])
    cpSync(join(root, 'src', room), join(folder, 'src', room), { recursive: true });
  const file = join(folder, 'src/formats/pyresources/entities.ts');
  let text = readFileSync(file, 'utf8');
  for (const [before, after] of changes) {
    expect(text).toContain(before);
    text = text.replace(before, after);
  }
  writeFileSync(file, text);
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const include = ['src/formats/pyresources/entity-codecs.ts'];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  try {
    return execFileSync(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', folder], {
      encoding: 'utf8',
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe('codecs and the types of the domain', () => {
  it('D4: do not compile together when a name, a type, or what may be missing differs', () => {
    const said = compile([
      ['readonly canonical: DottedPath;', 'readonly canonicalPath: DottedPath;'],
      ['readonly vararg: string;', 'readonly vararg?: string;'],
      ['readonly importsOfThis: number;', 'readonly importsOfThis: bigint;'],
      ['readonly text: string;', 'text: string;'],
    ]);
    const source = readFileSync(join(root, 'src/formats/pyresources/entity-codecs.ts'), 'utf8').split('\n');
    const lines = [...said.matchAll(/entity-codecs\.ts\((\d+),\d+\): error TS2344/g)].map(
      ([, line]) => source[Number(line) - 1],
    );
    for (const name of ['SymbolNode', 'ArgSpec', 'SymbolCounts', 'Documentation'])
      expect(
        lines.some((line) => line?.includes(`, ${name}>`)),
        name,
      ).toBe(true);
    expect(lines.some((line) => line?.includes(', Kwargs>'))).toBe(false);
  });
});
