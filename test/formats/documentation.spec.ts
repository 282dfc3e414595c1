import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder } from './real-tools.ts';

const root = join(import.meta.dirname, '../..');
const pages = ['pacman', 'gentoo', 'metro'] as const;
const files = { pacman: 'docs/formats-pacman.md', gentoo: 'docs/gentoo-formats.md', metro: 'docs/metro.md' };
const examples = pages.flatMap((member) => {
  const text = readFileSync(join(root, files[member]), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ''], index) => ({
    member,
    name: `${member}-${index + 1}.mjs`,
    code,
  }));
});

/** Runs modules, each after the other, and says of each what it threw. */
const runner = `const outcomes = {};
for (const name of process.argv.slice(2))
  outcomes[name] = await import('./' + name).then(() => 'fine', (error) => error.stack ?? String(error));
process.stdout.write(JSON.stringify(outcomes));
`;

let scratch: ReturnType<typeof scratchFolder>;
let outcomes: Readonly<Record<string, string>>;
beforeAll(() => {
  scratch = scratchFolder();
  for (const { member, name, code } of examples) {
    const door = JSON.stringify(join(root, 'src/formats', member, 'index.ts'));
    const script = `import assert from 'node:assert/strict';\n${code.replaceAll(`'packmill/${member}'`, door)}`;
    writeFileSync(join(scratch.folder, name), script);
  }
  writeFileSync(join(scratch.folder, 'runner.mjs'), runner);
  // outcomes alone: no example prints anything
  const words = ['runner.mjs', ...examples.map(({ name }) => name)];
  outcomes = JSON.parse(runTool(process.execPath, words, scratch.folder).toString());
});
afterAll(() => scratch.remove());

describe.each(pages)('the page of packmill/%s', (page) => {
  const own = examples.filter(({ member }) => member === page);

  it('has examples', () => expect(own.length).toBeGreaterThan(5));

  it.each(own.map(({ name }, index) => [index + 1, name] as const))(
    'example %i does what it says',
    (_number, name) => expect(outcomes[name]).toBe('fine'),
  );
});
