import { describe, expect, it } from 'vitest';
import { catalogue, isFault, type Problem } from '../diagnostics/index.ts';
import { configTemplate, parseFarmConfig } from './index.ts';

function problemOf(text: string): Problem | undefined {
  try {
    parseFarmConfig(text, 'packmill.yaml');
    return undefined;
  } catch (error) {
    if (isFault(error)) return error.problem;
    throw error;
  }
}

describe('packmill.yaml', () => {
  it.each(['CFG002', 'CFG003'])(
    'leads to %s for the sample of the catalogue, and without the fault does not',
    (code) => {
      const sample = catalogue[code]?.sample;
      expect(problemOf(sample?.broken ?? '')?.code).toBe(code);
      expect(problemOf(sample?.fixed ?? '')).toBeUndefined();
    },
  );
  it('names the place of a wrong value', () => {
    expect(problemOf('arch: x86_64\nsandbox:\n  network: sometimes\n')).toMatchObject({
      code: 'CFG003',
      place: { file: 'packmill.yaml', line: 3, column: 12 },
      what: expect.stringContaining("'sandbox.network'"),
    });
  });
  it('names a setting that does not exist', () => {
    expect(problemOf('sandbox:\n  netwrok: none\n')?.what).toBe("setting 'sandbox.netwrok' does not exist");
  });
  it('names the place where the YAML breaks', () => {
    expect(problemOf('arch: x86_64\njobs: [\n')).toMatchObject({ code: 'CFG002', place: { line: 3 } });
  });
  it('has a default for everything', () => {
    expect(parseFarmConfig('', 'x')).toMatchObject({
      repository: 'local',
      arch: 'x86_64',
      sandbox: { root: 'host', network: 'fetch-only', timeout: 7_200_000, 'kill-grace': 10_000 },
      dependencies: { otherwise: 'assume' },
    });
  });
  it('reads sizes and spans with their units', () => {
    const { sandbox } = parseFarmConfig('sandbox: { memory: 1.5GiB, timeout: 90, kill-grace: 500ms }', 'x');
    expect(sandbox).toMatchObject({ memory: 1.5 * 2 ** 30, timeout: 90_000, 'kill-grace': 500 });
    expect(problemOf('sandbox: { memory: 5 parsecs }')?.code).toBe('CFG003');
    expect(problemOf('sandbox: { timeout: 0s }')?.code).toBe('CFG003');
  });
  it('gives a recipe source only what it says, so that the settings of one kind do not come to another', () => {
    const { 'recipe-sources': sources } = parseFarmConfig('recipe-sources: { mine: { url: /recipes } }', 'x');
    expect(sources).toEqual({ mine: { url: '/recipes', kind: 'pkgbuild' } });
  });
  it('is what init writes', () => {
    expect(parseFarmConfig(configTemplate('mine', 'aarch64'), 'x')).toMatchObject({
      repository: 'mine',
      arch: 'aarch64',
    });
  });
});
