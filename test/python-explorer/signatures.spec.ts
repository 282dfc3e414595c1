import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laboratory } from './laboratory.ts';
import { compareSignatures } from './signatures.ts';

const toplevels = [
  ...[
    'argparse',
    'asyncio',
    'collections',
    'concurrent',
    'contextlib',
    'csv',
    'dataclasses',
    'datetime',
    'difflib',
  ],
  ...[
    'email',
    'enum',
    'functools',
    'http',
    'importlib',
    'inspect',
    'logging',
    'pathlib',
    'random',
    'typing',
    'unittest',
  ],
];

let laboratory: Laboratory;

beforeAll(() => {
  laboratory = new Laboratory();
});
afterAll(() => laboratory.remove());

describe('signatures of the standard library', () => {
  it.each([
    ['by objects and texts', 'never', 0.95, 0.99],
    // classes whose base is in another top-level have none
    ['by the text alone', 'only', 0.9, 0.9],
  ] as const)('%s are there and as inspect.signature has them', async (_how, how, signed, agreeing) => {
    const { graph } = await laboratory.explore('builtin-stdlib', [], { toplevels, static: how, jobs: 2 });
    const found = compareSignatures(graph.validated());
    expect(found.callables).toBeGreaterThan(2_000);
    expect(found.answered).toBeGreaterThan(found.callables * 0.9);
    expect(found.signed / found.callables).toBeGreaterThan(signed);
    expect(found.agreeing / found.answered).toBeGreaterThan(agreeing);
  });
});
