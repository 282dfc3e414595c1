import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../src/ebin-repository/index.ts';
import { repositories, runPortage, writeRepositories } from '../ebin-index/portage-checkout.ts';
import { type Facts, facts, sample } from '../ebins/sample.ts';

const checkout = process.env['PACKMILL_PORTAGE'];

/** What Portage itself leaves in a root. */
const ofPortage =
  /^(?:tmp|var\/(?:db|cache|log|tmp|lib\/portage)|etc\/(?:profile\.env|csh\.env|env\.d|environment\.d|ld\.so.*))(?:\/|$)/;

/** What lies in a folder, as the facts of the sample tell it; folders of Portage itself are left out. */
function merged(root: string): unknown[] {
  const first = new Map<number, string>();
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !ofPortage.test(path))
    .sort()
    .map((path) => {
      const found = lstatSync(join(root, path));
      const own = { path, uid: found.uid, gid: found.gid };
      if (found.isSymbolicLink()) return { ...own, target: readlinkSync(join(root, path)) };
      const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
      if (found.isDirectory()) return { ...own, mode };
      const same = first.get(found.ino) ?? path;
      first.set(found.ino, same);
      const sha256 = createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
      return { ...own, mode, sha256, names: found.nlink };
    });
}

/** The same of an original image. */
function original({ image }: Facts): unknown[] {
  const files = new Map(image.map((one) => [one.path, one]));
  const names = (path: string): number =>
    1 + image.filter(({ type, target }) => type === 'hard' && target === path).length;
  return [...image]
    .filter(({ path }) => path !== '' && path !== '.')
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, type, uid, gid, mode, target = '', sha256 }) => {
      if (type === 'sym') return { path, uid, gid, target };
      const octal = mode.replace(/^0o/, '').padStart(4, '0');
      if (type === 'dir') return { path, uid, gid, mode: octal };
      const body = type === 'hard' ? target : path;
      return { path, uid, gid, mode: octal, sha256: files.get(body)?.sha256 ?? sha256, names: names(body) };
    });
}

describe.skipIf(checkout === undefined)(
  'beside Portage (set PACKMILL_PORTAGE to a checkout, PACKMILL_SCANELF to a scanelf that is not in PATH)',
  () => {
    let folder = '';
    let server: Server;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'packmill-ebin-portage-'));
      server = createServer((request, response) => {
        try {
          response.end(readFileSync(join(folder, 'store', request.url ?? '')));
        } catch {
          response.writeHead(404).end();
        }
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      writeRepositories(folder, []);
      rmSync(join(folder, 'ebins'), { recursive: true });
      symlinkSync('/usr/bin/tar', join(folder, 'tools/gtar'));
      const scanelf = process.env['PACKMILL_SCANELF'];
      if (scanelf !== undefined) symlinkSync(scanelf, join(folder, 'tools/scanelf'));
      await generate({
        pkgdirs: [join(sample, 'gpkg')],
        atoms: [],
        repo: join(folder, 'ebins'),
        store: join(folder, 'store'),
        options: { mirrors: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`] },
      });
    });
    afterAll(async () => {
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    });

    const cpvs = ['app-misc/ebindemo-1.0', 'app-misc/ebinscript-2.0-r1', 'dev-libs/demolib-1.3'];
    const pathOf = (cpv: string): string =>
      join(folder, 'ebins', cpv.replace(/-\d.*$/, ''), `${cpv.split('/')[1]}.ebuild`);

    it('37: egencache and ebuild manifest leave what was written as it is', async () => {
      const before = cpvs.map((cpv) => readFileSync(join(folder, 'ebins/metadata/md5-cache', cpv), 'utf8'));
      rmSync(join(folder, 'ebins/metadata/md5-cache'), { recursive: true });
      const option = `--repositories-configuration=${repositories(folder)}`;
      await runPortage(folder, ['egencache', option, '--update', '--repo', 'ebins']);
      expect(cpvs.map((cpv) => readFileSync(join(folder, 'ebins/metadata/md5-cache', cpv), 'utf8'))).toEqual(
        before,
      );
      for (const cpv of cpvs) {
        const manifest = join(pathOf(cpv), '../Manifest');
        const lines = readFileSync(manifest, 'utf8');
        await runPortage(folder, ['ebuild', pathOf(cpv), 'manifest']);
        expect(readFileSync(manifest, 'utf8')).toBe(lines);
      }
    }, 120_000);

    const builds = facts.filter(
      ({ file, cpv, build_id }) =>
        file.startsWith('gpkg/') && cpv === 'app-misc/ebindemo-1.0' && build_id !== '5',
    );
    it.each(builds.map((build) => [build.use_in_iuse.join(' ') || 'nothing', build] as const))(
      '39: with %s on, and debug data and sources, what is merged is the image',
      async (_, build) => {
        const root = join(folder, `root-${build.build_id}`);
        mkdirSync(root);
        const flags = ['alpha', 'beta', 'doc'].map((flag) =>
          build.use_in_iuse.includes(flag) ? flag : `-${flag}`,
        );
        await runPortage(folder, ['ebuild', pathOf(build.cpv), 'clean', 'merge'], {
          ROOT: root,
          USE: [...flags, 'splitdebug', 'installsources'].join(' '),
        });
        expect(merged(root)).toEqual(original(build));
      },
      120_000,
    );
  },
);
