import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../src/config/index.ts';

const folder = join(import.meta.dirname, '../../examples/systemd');
const known = new Map(environmentVariables.map((one) => [one.name as string, one]));

interface Line {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** The assignments of a unit; anything that is none, no comment and no section fails the test. */
function linesOf(name: string): readonly Line[] {
  let section = '';
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .flatMap((line): Line[] => {
      if (line === '' || line.startsWith('#')) return [];
      const head = /^\[(Unit|Service|Install)\]$/.exec(line);
      if (head) {
        section = head[1] ?? '';
        return [];
      }
      const [, key = '', value = ''] = /^([A-Z][A-Za-z]+)=(.+)$/.exec(line) ?? [];
      expect(key, line).not.toBe('');
      return [{ section, key, value }];
    });
}

describe.each(readdirSync(folder))('%s', (name) => {
  const lines = linesOf(name);
  const value = (key: string): string | undefined => lines.find((line) => line.key === key)?.value;

  it('starts a role of packmill that there is', () => {
    expect(value('ExecStart')).toMatch(
      /^\/opt\/packmill\/bin\/packmill (up|manager|builder)( --builders \d+)?$/,
    );
  });

  it('gives its role only variables that are documented for it, and no secret', () => {
    const isBuilder = value('ExecStart')?.endsWith(' builder') === true;
    const roles = isBuilder ? ['builder', 'both'] : ['manager', 'both', 'client'];
    for (const { value: text } of lines.filter(({ key }) => key === 'Environment')) {
      const variable = known.get(text.split('=')[0] ?? '');
      expect(roles, text).toContain(variable?.role);
      expect(variable?.secret, text).toBe(false);
    }
  });

  it('lets packmill end its builds itself, and gives it the time', () => {
    expect(value('KillMode')).toBe('mixed');
    expect(value('TimeoutStopSec')).toBe('90s');
    expect(value('User')).toBe('packmill');
  });
});
