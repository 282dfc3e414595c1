import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runTool, scratchFolder } from './real-tools.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/formats-pacman.md'), 'utf8');
const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

let scratch: ReturnType<typeof scratchFolder>;
beforeAll(() => {
  scratch = scratchFolder();
});
afterAll(() => scratch.remove());

it('has examples', () => expect(examples.length).toBeGreaterThan(5));

it.each(examples.map((code, index) => [index + 1, code] as const))(
  'example %i does what it says',
  (index, code) => {
    const path = join(scratch.folder, `example-${index}.mjs`);
    const door = join(root, 'src/formats/pacman/index.ts');
    const script = `import assert from 'node:assert/strict';\n${code.replaceAll("'packmill/pacman'", JSON.stringify(door))}`;
    writeFileSync(path, script);
    expect(runTool(process.execPath, [path], scratch.folder).toString()).toBe('');
    rmSync(path);
  },
);
