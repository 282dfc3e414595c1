import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { linkDestination, namesIn } from '../../host/index.ts';
import { generationName, generationNumber } from '../generation-name.ts';

/**
 * Where things stand: `PUBLIC/NAME/ARCH` is a relative link to `.generations/ARCH/000042`, a complete folder;
 * `archive/` and the lists are beside it. The whole of `PUBLIC/NAME` may be moved or copied with rsync.
 */
export interface Places {
  readonly repo: string;
  readonly arch: string;
  /** `PUBLIC/NAME`. */
  readonly repoFolder: string;
  /** The link that readers go through. */
  readonly link: string;
  readonly generations: string;
  readonly archive: string;
  readonly publicKey: string;
  /** Names inside a generation. */
  readonly database: string;
  readonly filesDatabase: string;
}

const validName = /^[A-Za-z0-9@_+][A-Za-z0-9@._+-]{0,99}$/;
/** Names that would meet our own in the folder of a repository. */
const taken = new Set(['archive', 'lastupdate', 'pkgs.txt', 'pkgs.files.txt', 'pkgs.files.old.txt']);

/** What speaks against a name for a repository: PUB003 (it cannot be used), or PUB009 as a warning (pacman refuses it). */
export function checkRepositoryName(name: string): readonly Problem[] {
  if (!validName.test(name)) {
    return [problem('PUB003', { what: `'${name}' cannot name a repository or architecture` })];
  }
  return name === 'local' ? [problem('PUB009', { what: "pacman keeps the name 'local' for itself" })] : [];
}

/** Throws PUB003 when one of the names cannot be the name of a folder. */
export function placesOf(publicRoot: string, repo: string, arch: string): Places {
  for (const name of [repo, arch]) {
    if (!validName.test(name))
      throw fault('PUB003', { what: `'${name}' cannot name a repository or architecture` });
  }
  if (taken.has(arch) || arch === `${repo}.gpg`) {
    throw fault('PUB003', { what: `'${arch}' cannot name an architecture: packmill uses the name itself` });
  }
  const repoFolder = `${publicRoot}/${repo}`;
  return {
    repo,
    arch,
    repoFolder,
    link: `${repoFolder}/${arch}`,
    generations: `${repoFolder}/.generations/${arch}`,
    archive: `${repoFolder}/archive`,
    publicKey: `${repoFolder}/${repo}.gpg`,
    database: `${repo}.db.tar.zst`,
    filesDatabase: `${repo}.files.tar.zst`,
  };
}

export const generationFolder = (places: Places, number: number): string =>
  `${places.generations}/${generationName(number)}`;

/** What the link points to is what is visible, whatever any record says; undefined when there is no link of ours. */
export function visibleGeneration(places: Places): number | undefined {
  const destination = linkDestination(places.link);
  const start = `.generations/${places.arch}/`;
  return destination?.startsWith(start) ? generationNumber(destination.slice(start.length)) : undefined;
}

/** Repositories and architectures that have generations on disk. */
export function publishedOnDisk(publicRoot: string): readonly { repo: string; arch: string }[] {
  const found: { repo: string; arch: string }[] = [];
  for (const repo of [...namesIn(publicRoot)].sort()) {
    if (!validName.test(repo)) continue;
    for (const arch of [...namesIn(`${publicRoot}/${repo}/.generations`)].sort()) {
      if (validName.test(arch)) found.push({ repo, arch });
    }
  }
  return found;
}
