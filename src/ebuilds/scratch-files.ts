import { eapiOfEbuild } from '../formats/gentoo/index.ts';
import { ensureFolders, writeFileWithMode } from '../host/index.ts';
import type { EbuildFile, Eclass } from './ebuild-tree.ts';
import type { RealPath } from './judge-answer.ts';
import type { OrderedEbuild } from './metadata-run.ts';

/** Ebuilds and eclasses that are to be read, and the repository they are of. */
export interface ScratchFiles {
  readonly ebuilds: readonly EbuildFile[];
  readonly eclasses: ReadonlyMap<string, Eclass>;
  /** Top of the repository. */
  readonly folder: string;
}

export interface Copied {
  readonly orders: readonly OrderedEbuild[];
  /** Paths in the sandbox by name. */
  readonly eclasses: ReadonlyMap<string, string>;
  readonly realPath: RealPath;
}

/** The EAPI in the first line of an ebuild. */
export const statedEapi = ({ bytes }: EbuildFile): string =>
  eapiOfEbuild(Buffer.from(bytes).toString('utf8'));

/**
 * Copies ebuilds and eclasses to an absent folder, which the sandbox shows as `/tree`: what is read is what was digested,
 * whatever happens to the repository meanwhile, and nothing else of it is there. Throws SYS004 and errors of the disk.
 */
export async function copyFiles(
  { ebuilds, eclasses, folder }: ScratchFiles,
  target: string,
): Promise<Copied> {
  const real = new Map<string, string>();
  const relative = (path: string): string =>
    path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  ensureFolders([target, `${target}/eclass`]);
  const names = new Map<string, string>();
  for (const { name, path, bytes } of eclasses.values()) {
    const inside = `eclass/${name}.eclass`;
    await writeFileWithMode(`${target}/${inside}`, bytes, 0o644);
    real.set(`/tree/${inside}`, relative(path));
    names.set(name, `/tree/${inside}`);
  }
  const orders: OrderedEbuild[] = [];
  for (const ebuild of ebuilds) {
    const { path, category, name, version, revision, bytes } = ebuild;
    ensureFolders([`${target}/${category}/${name}`]);
    await writeFileWithMode(`${target}/${path}`, bytes, 0o644);
    real.set(`/tree/${path}`, path);
    orders.push({ path: `/tree/${path}`, eapi: statedEapi(ebuild), category, name, version, revision });
  }
  return { orders, eclasses: names, realPath: (path) => real.get(path) };
}
