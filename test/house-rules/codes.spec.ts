import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/diagnostics/index.ts';

const root = join(import.meta.dirname, '../..');
const textsBelow = (folder: string, wanted: (path: string) => boolean): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && wanted(path))
    .map((path) => readFileSync(join(root, folder, path), 'utf8'));

/** Codes for what nobody can provoke without breaking packmill itself. */
const beyondTests: ReadonlySet<string> = new Set([
  ...['CLI070', 'BLD017', 'PLN019'],
  // machines that forbid what this one allows
  ...['SBX003', 'SBX004', 'SBX007'],
]);

describe('every code of the catalogue', () => {
  const codes = Object.keys(catalogue);
  const source = textsBelow('src', (path) => !path.endsWith('.spec.ts') && !path.endsWith('.table.ts')).join(
    '\n',
  );
  const tests = [
    ...textsBelow('src', (path) => path.endsWith('.spec.ts')),
    ...textsBelow('test', (path) => !path.startsWith('house-rules')),
  ].join('\n');

  it('is raised somewhere', () => {
    expect(codes.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });
  it('is expected by a test', () => {
    expect(codes.filter((code) => !beyondTests.has(code) && !tests.includes(code))).toEqual([]);
  });
});
