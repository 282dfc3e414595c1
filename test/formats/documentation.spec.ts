import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder } from './real-tools.ts';

const root = join(import.meta.dirname, '../..');
const pages = ['pacman', 'gentoo', 'metro'] as const;
const files = { pacman: 'docs/formats-pacman.md', gentoo: 'docs/gentoo-formats.md', metro: 'docs/metro.md' };

let scratch: ReturnType<typeof scratchFolder>;
beforeAll(() => {
  scratch = scratchFolder();
});
afterAll(() => scratch.remove());

describe.each(pages)('the page of packmill/%s', (member) => {
  const text = readFileSync(join(root, files[member]), 'utf8');
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

  it('has examples', () => expect(examples.length).toBeGreaterThan(5));

  it.each(examples.map((code, index) => [index + 1, code] as const))(
    'example %i does what it says',
    (index, code) => {
      const path = join(scratch.folder, `${member}-${index}.mjs`);
      const door = JSON.stringify(join(root, 'src/formats', member, 'index.ts'));
      const script = `import assert from 'node:assert/strict';\n${code.replaceAll(`'packmill/${member}'`, door)}`;
      writeFileSync(path, script);
      expect(runTool(process.execPath, [path], scratch.folder).toString()).toBe('');
      rmSync(path);
    },
  );
});
