import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeGpkg } from '../../src/ebins/index.ts';
import { encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';

/** A package that exists nowhere but in tests. */
export interface Thing {
  /** `category/name-version`. */
  readonly cpv: string;
  readonly iuse: readonly string[];
  /** Flags that are on. */
  readonly use: readonly string[];
  /** Changes what is installed. */
  readonly mark?: string;
  readonly chost?: string;
}

/** Names of the builds of a version that a PKGDIR has. */
export function buildsOf(pkgdir: string, cpv: string): readonly string[] {
  const folder = join(pkgdir, folderOf(cpv));
  try {
    return readdirSync(folder).filter((name) => name.startsWith(`${cpv.split('/')[1]}-`));
  } catch {
    return [];
  }
}

const folderOf = (cpv: string): string => cpv.replace(/-\d.*$/, '');

/** Puts a build of a package into a PKGDIR, under the next BUILD_ID; returns its path. */
export async function putThing(pkgdir: string, thing: Thing): Promise<string> {
  const { cpv, iuse, use, mark = '', chost = 'x86_64-pc-linux-gnu' } = thing;
  const [category = '', pf = ''] = cpv.split('/');
  const id =
    1 + Math.max(0, ...buildsOf(pkgdir, cpv).map((name) => Number(/-(\d+)\.gpkg/.exec(name)?.[1] ?? 0)));
  const metadata = {
    ...{ CATEGORY: category, PF: pf, SLOT: '0', EAPI: '8', KEYWORDS: 'amd64', LICENSE: 'MIT', CHOST: chost },
    ...{
      IUSE: iuse.join(' '),
      USE: ['amd64', ...use].join(' '),
      DESCRIPTION: 'a thing',
      repository: 'tryrepo',
    },
    ...{ BUILD_ID: String(id), BUILD_TIME: String(1_700_000_000 + id), DEFINED_PHASES: '-' },
  };
  const records = new Map(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(`${value}\n`)]));
  const files = [
    ...[`image/`, `image/usr/`, `image/usr/share/`].map((path) => ({
      path,
      type: 'folder' as const,
      body: '',
    })),
    { path: `image/usr/share/${pf}`, type: 'file' as const, body: `${mark}${[...use].sort().join(' ')}\n` },
  ];
  const image = Buffer.concat([
    ...files.map(({ body, ...entry }) =>
      encodeTarEntry({ ...entry, mode: entry.type === 'file' ? 0o644 : 0o755 }, Buffer.from(body)),
    ),
    tarEnd,
  ]);
  const path = join(pkgdir, folderOf(cpv), `${pf}-${id}.gpkg.tar`);
  mkdirSync(dirname(path), { recursive: true });
  const whole = async function* () {
    yield image;
  };
  const package_ = {
    records,
    image: whole(),
    compression: 'none',
    base: `${pf}-${id}`,
    mtime: 1_700_000_000,
  } as const;
  await writeGpkg(`${path}.part`, package_);
  renameSync(`${path}.part`, path);
  return path;
}
