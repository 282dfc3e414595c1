import { digestBytes, entryFacts, namesIn, textIfThere } from '../host/index.ts';
import type { SandboxRoot } from './sandbox-driver.ts';

/** What a root file system is, as far as its package managers say. */
export interface RootFacts {
  /** `host`, or the name of the folder or image. */
  readonly name: string;
  /**
   * A line for the system (`system ID VERSION`) and one for each package (`dpkg NAME VERSION ARCH`, `pacman NAME-VERSION`),
   * sorted; roots with the same text have the same packages.
   */
  readonly list: string;
  readonly packages: number;
}

interface Known {
  readonly stamp: string;
  readonly facts: RootFacts;
}

/** By path of the root: the lists are long, and every attempt asks. */
const known = new Map<string, Known>();

const dpkgStatus = 'var/lib/dpkg/status';
const pacmanLocal = 'var/lib/pacman/local';

/** Packages that dpkg has installed (deb-control(5), as its status file has them). */
function dpkgPackages(text: string): readonly string[] {
  return text.split('\n\n').flatMap((stanza) => {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
    if (!field('Status').endsWith(' installed')) return [];
    return [`dpkg ${field('Package')} ${field('Version')} ${field('Architecture')}`];
  });
}

function pacmanPackages(folder: string): readonly string[] {
  return [...namesIn(folder)].filter((name) => name !== 'ALPM_DB_VERSION').map((name) => `pacman ${name}`);
}

/** The identity of the system (os-release(5)). */
function systemLine(root: string): string {
  const text = textIfThere(`${root}/etc/os-release`) ?? textIfThere(`${root}/usr/lib/os-release`) ?? '';
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '-';
  return `system ${field('ID')} ${field('VERSION_ID')}`;
}

/**
 * Reads what is installed in a root; a second look at one whose package databases did not change costs nothing. Of an
 * image only its name is known, which is a digest when the settings say so. Throws SYS004.
 */
export function describeRoot(root: SandboxRoot): RootFacts {
  if (root.kind === 'image') return { name: `image ${root.name}`, list: `image ${root.name}\n`, packages: 0 };
  const path = root.kind === 'host' ? '' : root.path;
  const stamp = [dpkgStatus, pacmanLocal, 'etc/os-release']
    .map((name) => entryFacts(`${path}/${name}`))
    .map((facts) => `${facts?.inode}:${facts?.modifiedMs}:${facts?.sizeBytes}`)
    .join(' ');
  const before = known.get(path);
  if (before?.stamp === stamp) return before.facts;
  const packages = [
    ...dpkgPackages(textIfThere(`${path}/${dpkgStatus}`) ?? ''),
    ...pacmanPackages(`${path}/${pacmanLocal}`),
  ].sort();
  const list = `${[systemLine(path), ...packages].join('\n')}\n`;
  const name = root.kind === 'host' ? 'root of the builder' : `root ${digestBytes(list).slice(0, 12)}`;
  const facts = { name, list, packages: packages.length };
  known.set(path, { stamp, facts });
  return facts;
}
