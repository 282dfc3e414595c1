import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stockGenerators } from '../../src/autogen/generators/index.ts';
import { Kit } from './kit.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/generators.md'), 'utf8');
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');

test('the page names every generator and shows each in an example', () => {
  for (const name of Object.keys(stockGenerators)) expect(page, name).toContain(name);
  const used = new Set([...examples.join('').matchAll(/generator: (\S+)/g)].map(([, name]) => name));
  const alike = ['gitlab-1', 'pypi-simple-1', 'pypi-1'];
  expect([...used].sort()).toEqual(Object.keys(stockGenerators).filter((name) => !alike.includes(name)));
});

test('the examples run: without a network they get as far as their first request', async () => {
  const upstreams = Object.fromEntries(
    ['github', 'github-api', 'gitlab', 'pypi', 'gnu', 'sourceforge'].map((name) => [
      name,
      'http://127.0.0.1:9',
    ]),
  );
  for (const example of examples) {
    const kit = new Kit();
    kit.write('app-misc/autogen.yaml', example);
    const report = await kit.run({ settings: { upstreams }, fastpull: { offline: true } });
    expect(report.packages.length).toBeGreaterThan(0);
    for (const { label, outcome, problem } of report.packages) {
      expect([outcome, problem?.code], label).toEqual(
        problem === undefined ? ['written', undefined] : ['failed', 'FPL005'],
      );
    }
  }
});
