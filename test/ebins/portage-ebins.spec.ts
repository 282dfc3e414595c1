import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GenerateResult, generate } from '../../src/ebin-repository/index.ts';
import { besideImages, checkout, type Ended, PortageLab } from './portage-lab.ts';
import { factsOfImage, factsOfRoot } from './root-facts.ts';
import { facts, sample } from './sample.ts';
import { StoreServer } from './store-server.ts';

const program = fileURLToPath(new URL('../../bin/packmill', import.meta.url));

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

    /** Runs our own command on the system of the lab. */
    const packmill = (words: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
      new Promise((done) => {
        const library = { PYTHONPATH: join(checkout ?? '', 'lib') };
        const options = { env: { ...lab.environment(), ...library, ...env }, encoding: 'utf8' } as const;
        execFile(process.execPath, [program, 'ebin', ...words], options, (error, stdout, stderr) => {
          done({ code: error ? Number(error.code ?? 1) || 1 : 0, text: stdout + stderr });
        });
      });

    /** An ebuild of the source repository that is built as its user likes. */
    function writeSource(cpv: string, slot: string, iuse: string): void {
      const path = join(folder, 'repo', ebuildOf(cpv));
      mkdirSync(dirname(path), { recursive: true });
      const values = { DESCRIPTION: 'source', SLOT: slot, KEYWORDS: 'amd64', IUSE: iuse, LICENSE: 'GPL-2' };
      const lines = Object.entries({ EAPI: '8', ...values }).map(([key, value]) => `${key}="${value}"\n`);
      writeFileSync(path, lines.join(''));
    }

    it('40: emerge refuses the combination that was not built and names the flag, and takes the source when select has masked it', async () => {
      const script = ['emerge', '-pv', '--nodeps', 'app-misc/ebinscript'];
      const iuse = '+nls python_targets_python3_11 python_targets_python3_12';
      writeSource('app-misc/ebinscript-2.0-r1', '2/2.1', iuse);
      // flags come from where users set them: the environment would go before
      const settings = join(folder, 'etc/portage/package.use');
      mkdirSync(settings);
      const on = 'python_targets_python3_11 python_targets_python3_12';
      writeFileSync(join(settings, 'own'), `app-misc/ebinscript -nls ${on}\napp-misc/ebindemo alpha doc\n`);
      const refused = await lab.run(script, { apart: true });
      expect(refused.code).not.toBe(0);
      expect(refused.text).toContain('REQUIRED_USE');
      expect(refused.text).toMatch(/unsatisfied[\s\S]*nls/);
      const mask = join(folder, 'etc/portage/package.mask/ebins');
      const words = ['select', ebins, '--portage', '--mask', mask];
      const selected = await packmill(words, {});
      expect(selected.code, selected.text).toBe(0);
      const lines = readFileSync(mask, 'utf8').split('\n').slice(1, -1);
      expect(lines).toContain('=app-misc/ebinscript-2.0-r1::ebins');
      expect(lines).not.toContain('=app-misc/ebindemo-1.0::ebins');
      const taken = await lab.run(script, { apart: true });
      expect(taken.code, taken.text).toBe(0);
      expect(taken.text).toContain('app-misc/ebinscript-2.0-r1:2/2.1::tryrepo');
      // and the ebin again when its flags are those of a build
      writeFileSync(join(settings, 'own'), `app-misc/ebinscript nls ${on}\n`);
      expect((await packmill(words, {})).code).toBe(0);
      const again = await lab.run(script, { apart: true });
      expect(again.text).toContain('app-misc/ebinscript-2.0-r1:2/2.1::ebins');
      rmSync(mask, { force: true });
      rmSync(settings, { recursive: true });
    }, 240_000);

    it('41: features asks Portage, and emerge has splitdebug on for the ebin and for nothing else until the feature goes', async () => {
      writeSource('app-misc/ebindemo-1.0', '0', '+alpha beta doc splitdebug');
      const file = join(folder, 'etc/portage/package.use/ebins');
      const words = ['features', ebins, '--file', file];
      const env = { FEATURES: 'splitdebug' };
      const useOf = async (repository: string): Promise<string> => {
        const atom = `=app-misc/ebindemo-1.0::${repository}`;
        const shown = await lab.run(['emerge', '-pv', '--nodeps', atom], { apart: true, env });
        expect(shown.code, shown.text).toBe(0);
        return /USE="([^"]*)"/.exec(shown.text)?.[1] ?? '';
      };
      const done = await packmill(words, env);
      expect(done.code, done.text).toBe(0);
      expect(readFileSync(file, 'utf8').split('\n')[1]).toBe('*/*::ebins splitdebug');
      expect((await useOf('ebins')).split(' ')).toContain('splitdebug');
      expect((await useOf('ebins')).split(' ')).toContain('-installsources');
      expect((await useOf('tryrepo')).split(' ')).toContain('-splitdebug');
      expect((await packmill(words, { FEATURES: '-splitdebug' })).code).toBe(0);
      expect(existsSync(file)).toBe(false);
      expect((await useOf('ebins')).split(' ')).toContain('-splitdebug');
    }, 240_000);
  },
);
