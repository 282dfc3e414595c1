import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFarmConfig, type UpkeepConfig } from '../../config/index.ts';
import { upkeepEnvironment, upkeepSecrets, upkeepSsh } from './upkeep-surroundings.ts';

const config = (text: string): UpkeepConfig => {
  const parsed = parseFarmConfig(`recipe-sources: { main: { url: x, upkeep: { ${text} } } }`, 'x');
  return parsed['recipe-sources']['main']?.upkeep as UpkeepConfig;
};
const manager = { url: 'http://127.0.0.1:1', token: 'own' };
const environment = (text: string, outside: Readonly<Record<string, string>>) =>
  upkeepEnvironment({
    ...{ config: config(text), manager, secrets: {}, ssh: undefined, folder: '/farm' },
    read: (name) => outside[name],
  });

describe('what a run of the upkeep sees', () => {
  it("has none of the manager's own secrets", () => {
    const outside = {
      PATH: '/bin',
      REDIS_PASSWORD: 'a',
      TELEGRAM_BOT_TOKEN: 'b',
      PACKMILL_TOKEN: 'c',
      ACCESS_TOKEN: 'd',
    };
    expect(environment('', outside)).toEqual({
      PATH: '/bin',
      PACKMILL_CACHE: '/farm/cache',
      PACKMILL_MANAGER: manager.url,
      PACKMILL_TOKEN: 'own',
      NO_COLOR: '1',
    });
  });

  it('says where reviews are opened, and what the settings add', () => {
    const gitlab = environment(
      'reviews: { kind: gitlab, base-url: "https://git.example/", id: 12 }'.replace('12', '"12"'),
      {},
    );
    expect(gitlab).toMatchObject({ CI_API_V4_URL: 'https://git.example/api/v4', CI_PROJECT_ID: '12' });
    const github = environment(
      'reviews: { kind: github, base-url: "https://api.git.example", id: me/recipes }, variables: { CI_MAX_PARALLEL: 4 }',
      {},
    );
    expect(github).toMatchObject({
      GITHUB_API_URL: 'https://api.git.example',
      GITHUB_REPOSITORY: 'me/recipes',
      CI_MAX_PARALLEL: '4',
    });
  });

  it('gets secrets of the environment by the name that the settings have for them (CIF003 for none)', () => {
    const wanted = config('secrets: { ACCESS_TOKEN: $RECIPES_TOKEN }');
    expect(upkeepSecrets(wanted, (name) => (name === 'RECIPES_TOKEN' ? 't' : undefined))).toEqual({
      ACCESS_TOKEN: 't',
    });
    expect(() => upkeepSecrets(wanted, () => undefined)).toThrow('CIF003');
  });

  it.each([
    'variables: { PATH: /tmp }',
    'variables: { PACKMILL_TOKEN: x }',
    'secrets: { ACCESS_TOKEN: plain }',
    'evry: 1h',
  ])('takes no %s', (text) => expect(() => config(text)).toThrow('CFG003'));

  it('keeps keys of hosts, and insists on one that is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-upkeep-'));
    try {
      expect(upkeepSsh(config(''), folder)).toBeUndefined();
      expect(upkeepSsh(config('ssh-key: "/a key"'), folder)).toMatch(
        /StrictHostKeyChecking=accept-new.* -i '\/a key'$/,
      );
      const pinned = upkeepSsh(config('ssh-host-key: "git.example ssh-ed25519 AAAA"'), folder);
      expect(pinned).toContain('StrictHostKeyChecking=yes');
      expect(readFileSync(join(folder, 'pinned-hosts'), 'utf8')).toBe('git.example ssh-ed25519 AAAA\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
