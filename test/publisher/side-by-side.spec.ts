import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PacmanRepositories } from '../../src/publisher/pacman-repo/index.ts';
import { openTestFarm, type TestFarm } from './farm.ts';

let farm: TestFarm;
beforeEach(async () => {
  farm = await openTestFarm();
});
afterEach(() => farm.close());

const publish = async (
  repositories: PacmanRepositories,
  repo: string,
  arch: string,
  name: string,
  version: string,
) => {
  const add = [await farm.make({ name, version, arch: 'any', contentBytes: 50 })];
  return await repositories.publish({ repo, arch, add, reason: `${name} ${version}` });
};

describe('several targets in one farm', () => {
  it('are published at the same time by several callers without a trace of one another', async () => {
    const targets = [
      ...[
        { repo: 'core', arch: 'x86_64' },
        { repo: 'extra', arch: 'x86_64' },
        { repo: 'extra', arch: 'aarch64' },
      ],
    ];
    const rounds = 8;
    await Promise.all(
      targets.flatMap(({ repo, arch }) =>
        ['one', 'two'].map(async (caller) => {
          for (let round = 1; round <= rounds; round += 1) {
            await publish(farm.repositories, repo, arch, `${caller}-${arch}`, `${round}-1`);
            if (round === 4) {
              await publish(farm.repositories, repo, arch, `gone-${caller}`, '1-1');
              await farm.repositories.remove({ repo, arch, names: [`gone-${caller}`], reason: 'test' });
            }
          }
        }),
      ),
    );
    for (const { repo, arch } of targets) {
      // Every change is a generation of its own: none was lost, none came in between.
      expect(farm.repositories.generations(repo, arch).at(-1)?.number).toBe(2 * (rounds + 2));
      const shown = farm.repositories.show(repo, arch).map(({ name, version }) => `${name} ${version}`);
      expect(shown).toEqual([`one-${arch} ${rounds}-1`, `two-${arch} ${rounds}-1`]);
      for (const { number } of farm.repositories.generations(repo, arch)) {
        const { problems } = await farm.repositories.verify(repo, arch, { mode: 'full', generation: number });
        expect(problems).toEqual([]);
      }
    }
    const list = (repo: string): string => readFileSync(join(farm.publicRoot, repo, 'pkgs.txt'), 'utf8');
    expect(list('core')).toBe('one-x86_64-8-1\ntwo-x86_64-8-1\n');
    expect(list('extra')).toBe('one-aarch64-8-1\none-x86_64-8-1\ntwo-aarch64-8-1\ntwo-x86_64-8-1\n');
    expect(await farm.reopen().recover()).toEqual([]);
  });

  it('do not wait for one another, while changes of one target do', async () => {
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const repositories = PacmanRepositories.open({
      publicRoot: farm.publicRoot,
      database: farm.database,
      store: farm.store,
      clock: farm.clock,
      signer: {
        ...farm.signer,
        fingerprint: farm.signer.fingerprint,
        signFiles: async (paths) => {
          order.push(paths[0]?.includes('/slow/') ? 'slow' : 'quick');
          if (paths.some((path) => path.includes('/slow/'))) await gate.promise;
          await farm.signer.signFiles(paths);
        },
      },
    });
    const slow = publish(repositories, 'slow', 'x86_64', 'a', '1-1');
    const behind = publish(repositories, 'slow', 'x86_64', 'b', '1-1');
    // Would hang here if it waited for the other target.
    expect((await publish(repositories, 'quick', 'x86_64', 'a', '1-1')).generation).toBe(1);
    expect(order.filter((one) => one === 'slow')).toHaveLength(1);
    gate.resolve();
    expect((await slow).generation).toBe(1);
    expect((await behind).generation).toBe(2);
  });

  it('go on when one of them is refused or its folder is somebody else’s', async () => {
    const bad = farm.repositories.publish({
      ...{ repo: 'core', arch: 'x86_64', reason: 'test', remove: [] },
      add: [{ ...(await farm.make({ name: 'x' })), sizeBytes: 1 }],
    });
    const good = publish(farm.repositories, 'extra', 'x86_64', 'a', '1-1');
    const next = publish(farm.repositories, 'core', 'x86_64', 'y', '1-1');
    await expect(bad).rejects.toThrow('PUB002');
    expect((await good).kind).toBe('published');
    expect((await next).kind).toBe('published');
  });

  it('share one key and one agent', async () => {
    const signing = await openTestFarm({ gnupg: true });
    try {
      const made = await Promise.all(
        ['core', 'extra', 'third'].map(async (repo) => {
          const add = [await signing.make({ name: `${repo}-tool`, contentBytes: 50 })];
          return await signing.repositories.publish({ repo, arch: 'x86_64', add, reason: 'test' });
        }),
      );
      expect(made.map(({ generation }) => generation)).toEqual([1, 1, 1]);
      for (const repo of ['core', 'extra', 'third']) {
        const { problems } = await signing.repositories.verify(repo, 'x86_64', { mode: 'full' });
        expect(problems).toEqual([]);
      }
    } finally {
      await signing.close();
    }
  });
});
