// What it costs to make a release of one kit with a thousand packages: everything, with nothing changed, with one template
// changed. PACKMILL_METATOOLS names a checkout of the original, which then makes the same release from the same repositories;
// PYTHONPATH has to lead to what it imports, and /usr/lib/portage/python3* to the programs of Portage.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BenchSide,
  benchEnvironment,
  measureBoth,
  originalEnvironment,
  program,
} from './kit/both-programs.ts';
import { changedTemplate, oneTemplate, writeKit } from './kit/thousand.ts';
import { type BenchCommand, costOf } from './measure/command.ts';

/** Prints seconds and processor time of each run. */
export async function run(): Promise<void> {
  await measureBoth({ ours, theirs }, measure);
}

/** kit-fixups and what a release needs besides, as repositories, and a workspace. */
class Sources {
  readonly home: string;
  readonly #fixups: string;

  constructor(home: string, url: string) {
    this.home = home;
    this.#fixups = join(home, 'sources/kit-fixups');
    const overlay = join(home, 'sources/overlay');
    mkdirSync(join(overlay, 'licenses'), { recursive: true });
    writeFileSync(join(overlay, 'licenses/MIT'), 'MIT text\n');
    this.#git(overlay, 'init', '--quiet', '--initial-branch=master');
    this.#commit(overlay);
    writeKit(join(this.#fixups, 'bench-kit/curated'), url);
    mkdirSync(join(this.#fixups, 'releases/next'), { recursive: true });
    writeFileSync(join(this.#fixups, 'releases/next/repositories.yaml'), this.#release(overlay));
    for (const kit of ['bench-kit', 'python-kit']) {
      mkdirSync(join(this.#fixups, kit), { recursive: true });
      writeFileSync(join(this.#fixups, kit, 'packages.yaml'), 'packages: []\n');
    }
    writeFileSync(join(this.#fixups, 'COPYRIGHT.rst.tmpl'), '{{ copyright }}\n');
    writeFileSync(join(this.#fixups, 'LICENSE.txt'), 'all rights\n');
    this.#git(this.#fixups, 'init', '--quiet', '--initial-branch=master');
    this.#commit(this.#fixups);
  }

  get fixupsUrl(): string {
    return `file://${this.#fixups}`;
  }

  /** Changes one template. */
  changeOne(): void {
    writeFileSync(join(this.#fixups, 'bench-kit/curated', oneTemplate), changedTemplate);
    this.#commit(this.#fixups);
  }

  #release(overlay: string): string {
    return `release:
  metadata: {}
  copyright: Copyright {{cur_year}} somebody
  repositories:
    - overlay: { url: 'file://${overlay}', copyright: somebody }
  source-collections: { all: [overlay] }
  remotes: { dev: { url: 'file://${this.home}/remotes/{repo}.git' }, prod: { url: 'file://${this.home}/remotes/{repo}.git' } }
  kit-definitions:
    kits:
      - bench-kit: { source: all, stability: prime, branch: next }
      - python-kit: { source: all, stability: prime, branch: next, settings: { primary: python3_9, mask: '' } }
`;
  }

  #commit(repository: string): void {
    this.#git(repository, 'add', '--all');
    this.#git(repository, 'commit', '--quiet', '--message', 'x');
  }

  #git(repository: string, ...words: string[]): void {
    mkdirSync(repository, { recursive: true });
    const who = ['-c', 'user.name=n', '-c', 'user.email=n@host.example'];
    execFileSync('git', [...who, ...words], { cwd: repository });
  }

  get kit(): string {
    return join(this.home, 'repo_tmp/dest-trees/meta-repo/kits/bench-kit');
  }
}

type Regen = (sources: Sources) => BenchCommand;

const environment = (home: string): Record<string, string> => ({
  ...benchEnvironment(home),
  GIT_AUTHOR_NAME: 'n',
  GIT_AUTHOR_EMAIL: 'n@host.example',
  GIT_COMMITTER_NAME: 'n',
  GIT_COMMITTER_EMAIL: 'n@host.example',
});

const ours: Regen = ({ home, fixupsUrl }) => ({
  program,
  args: ['-q', 'tree', 'regen', 'next', '--fixups-url', fixupsUrl],
  cwd: home,
  env: environment(home),
});

const theirs =
  (original: string): Regen =>
  ({ home, fixupsUrl }) => ({
    program: 'python3',
    args: [join(original, 'bin/merge-kits'), '--fixups_url', fixupsUrl, 'next'],
    cwd: home,
    env: {
      ...environment(home),
      PATH: `${original}/bin:${process.env['PATH'] ?? ''}`,
      ...originalEnvironment(original),
    },
  });

async function measure({ who, command, home, url }: BenchSide<Regen>): Promise<void> {
  const sources = new Sources(home, url);
  const told = async (what: string): Promise<void> => {
    const { seconds, cpuSeconds } = await costOf(command(sources));
    const row = `${seconds.toFixed(2).padStart(7)} s ${cpuSeconds.toFixed(2).padStart(7)} s CPU`;
    console.log(`${`${who}: ${what}`.padEnd(36)} ${row}  ${made(sources.kit)}`);
  };
  await told('everything');
  await told('nothing changed');
  sources.changeOne();
  await told('one changed');
}

/** What is there in the end, so that nobody is fast because nothing was made. */
function made(kit: string): string {
  const count = (folder: string): number => {
    const path = join(kit, folder);
    return existsSync(path) ? readdirSync(path).length : 0;
  };
  const ebuilds = count('app-misc') + count('dev-x');
  const entries = count('metadata/md5-cache/app-misc') + count('metadata/md5-cache/dev-x');
  return `${ebuilds} packages, ${entries} cache entries`;
}
