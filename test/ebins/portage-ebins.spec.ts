import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GenerateResult, generate } from '../../src/ebin-repository/index.ts';
import { besideImages, checkout, type Ended, PortageLab } from './portage-lab.ts';
import { factsOfImage, factsOfRoot } from './root-facts.ts';
import { facts, sample } from './sample.ts';
import { StoreServer } from './store-server.ts';

/** A combination of the sample. */
interface Combination {
  readonly cpv: string;
  readonly flags: string;
  /** Below the folder `gpkg`. */
  readonly build: string;
}

/** The combinations of the packages in a folder, the newest build of each, flags that the build knows and has off included. */
function combinations(folder: string): Combination[] {
  const found = new Map<string, Combination>();
  const builds = facts
    .filter(({ file }) => file.startsWith(`${folder}/`))
    .sort((a, b) => Number(a.build_time) - Number(b.build_time));
  for (const { file, cpv, iuse, use_in_iuse: on } of builds) {
    const names = iuse
      .split(' ')
      .map((word) => word.replace(/^[+-]/, ''))
      .filter((name) => name !== 'test' && name !== '');
    const flags = names.map((name) => (on.includes(name) ? name : `-${name}`)).join(' ');
    found.set(`${cpv} ${flags}`, { cpv, flags, build: file.slice(folder.length + 1) });
  }
  return [...found.values()].sort((a, b) => (`${a.cpv} ${a.flags}` < `${b.cpv} ${b.flags}` ? -1 : 1));
}

const ebuildOf = (cpv: string): string => {
  const [category = '', pf = ''] = cpv.split('/');
  return `${category}/${pf.replace(/-\d.*$/, '')}/${pf}.ebuild`;
};

describe.skipIf(checkout === undefined)(
  'ebins of the sample beside Portage (set PACKMILL_PORTAGE to a checkout to run this)',
  () => {
    const folder = checkout === undefined ? '' : mkdtempSync(join(tmpdir(), 'packmill-portage-ebins-'));
    const [ebins, store] = [join(folder, 'ebins'), join(folder, 'store')];
    const server = new StoreServer(store);
    let address = '';
    let lab: PortageLab;
    let result: GenerateResult;
    const outcome = (): unknown => result.reports.map(({ cpv, diagnostics }) => [cpv, diagnostics]);

    beforeAll(async () => {
      address = await server.start();
      const pkgdirs = [join(sample, 'gpkg'), join(sample, 'usedep')];
      result = await generate({ pkgdirs, atoms: [], repo: ebins, store, options: { mirrors: [address] } });
      lab = new PortageLab(folder, { ebins });
    }, 240_000);
    afterAll(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Merges one combination into a root of its own, and says how that went and where it is. */
    async function merge({ cpv, flags }: Combination): Promise<readonly [Ended, string]> {
      const root = mkdtempSync(join(folder, 'root-'));
      const path = join(ebins, ebuildOf(cpv));
      const env = { ROOT: root, USE: `${flags} splitdebug installsources` };
      return [await lab.run(['ebuild', path, 'clean', 'merge'], { env }), root];
    }

    it('(a): emerge takes each of them, and makes the cache that we make', async () => {
      expect(result.exit, JSON.stringify(outcome())).toBe(0);
      const option = `--repositories-configuration=${lab.repositories}`;
      const cpvs = [...new Set([...combinations('gpkg'), ...combinations('usedep')].map(({ cpv }) => cpv))];
      const before = cpvs.map((cpv) => readFileSync(join(ebins, 'metadata/md5-cache', cpv), 'utf8'));
      // without what we wrote, so that it has to make all of it
      rmSync(join(ebins, 'metadata/md5-cache'), { recursive: true });
      const made = await lab.run(['egencache', option, '--update', '--repo', 'ebins']);
      expect(made.code, made.text).toBe(0);
      expect(cpvs.map((cpv) => readFileSync(join(ebins, 'metadata/md5-cache', cpv), 'utf8'))).toEqual(before);
      for (const cpv of cpvs) {
        const { flags } =
          combinations(cpv.includes('usedep') ? 'usedep' : 'gpkg').find((one) => one.cpv === cpv) ?? {};
        const words = ['emerge', '-p', '--nodeps', `=${cpv}::ebins`];
        const ended = await lab.run(words, { apart: true, env: { USE: flags ?? '' } });
        expect(ended.code, ended.text).toBe(0);
        expect(ended.text).not.toContain('masked');
      }
    }, 240_000);

    it('37: the Manifest of ebindemo has 17 distfiles in order, and ebuild manifest leaves all as they are', async () => {
      const manifest = (cpv: string): string =>
        readFileSync(join(ebins, ebuildOf(cpv), '../Manifest'), 'utf8');
      const lines = manifest('app-misc/ebindemo-1.0').trimEnd().split('\n');
      expect(lines.filter((line) => line.startsWith('DIST '))).toHaveLength(17);
      expect(lines).toEqual([...lines].sort());
      server.asked = [];
      for (const cpv of ['app-misc/ebindemo-1.0', 'app-misc/ebinscript-2.0-r1', 'dev-libs/demolib-1.3']) {
        const before = manifest(cpv);
        const ended = await lab.run(['ebuild', join(ebins, ebuildOf(cpv)), 'manifest']);
        expect(ended.code, ended.text).toBe(0);
        expect(manifest(cpv)).toBe(before);
      }
      expect(server.asked).toEqual([]);
    }, 240_000);

    it('35: one store serves as a mirror by name, as a mirror of distfiles, and as a folder', async () => {
      // nobody listens there: whoever is not served by mirrors gets nothing
      const other = join(folder, 'mirrored');
      const options = { mirrors: ['http://127.0.0.1:9'], useGentooMirrors: true };
      const repo = join(other, 'ebins');
      await generate({ pkgdirs: [join(sample, 'gpkg')], atoms: ['app-misc/ebindemo'], repo, store, options });
      const mirrored = new PortageLab(other, { ebins: repo });
      const fetched: string[][] = [];
      const ways = [
        [lab, ebins, ''],
        [mirrored, repo, address],
        [mirrored, repo, store],
      ] as const;
      for (const [index, [by, from, mirror]] of ways.entries()) {
        const distfiles = join(folder, `distfiles-${index}`);
        mkdirSync(distfiles);
        server.asked = [];
        const env = { USE: 'alpha splitdebug installsources', GENTOO_MIRRORS: mirror, DISTDIR: distfiles };
        const ended = await by.run(['ebuild', join(from, ebuildOf('app-misc/ebindemo-1.0')), 'fetch'], {
          env,
        });
        expect(ended.code, ended.text).toBe(0);
        fetched.push(server.asked.filter((path) => !path.endsWith('layout.conf')));
      }
      const [byName = [], byMirror = [], byFolder = []] = fetched;
      expect(byName).toHaveLength(3);
      expect(byMirror).toEqual(byName.map((path) => `/distfiles${path}`));
      expect(byFolder).toEqual([]);
    }, 240_000);

    it.each([...combinations('gpkg'), ...combinations('usedep')])(
      '39: $cpv with "$flags" and both extras is merged as the image of $build',
      async (one) => {
        const [ended, root] = await merge(one);
        expect(ended.code, ended.text).toBe(0);
        // the kept pkg_postinst has run: it writes this file
        const isDemo = one.cpv === 'app-misc/ebindemo-1.0';
        expect(existsSync(join(root, 'var/lib/ebindemo/state'))).toBe(isDemo);
        const image = facts.find(
          ({ file }) => file.endsWith(`/${one.build}`) && /^(gpkg|usedep)\//.test(file),
        );
        const wanted = factsOfImage(image?.image ?? []);
        // folders that Portage needs for itself are there without an image that has them
        const own = ['var', 'var/lib', 'etc'].filter((path) => !Object.hasOwn(wanted, path));
        const found = Object.entries(factsOfRoot(root, besideImages)).filter(([path]) => !own.includes(path));
        expect(Object.fromEntries(found)).toEqual(wanted);
      },
      240_000,
    );

    it('40: emerge refuses the combination that was not built, and names the flag', async () => {
      const words = ['emerge', '-p', '--nodeps', '=app-misc/ebinscript-2.0-r1::ebins'];
      const env = { USE: '-nls python_targets_python3_11 python_targets_python3_12' };
      const ended = await lab.run(words, { apart: true, env });
      expect(ended.code).not.toBe(0);
      expect(ended.text).toContain('REQUIRED_USE');
      expect(ended.text).toMatch(/unsatisfied[\s\S]*nls/);
    }, 240_000);
  },
);
