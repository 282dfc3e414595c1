import { isValidPkgname } from '../pacman/index.ts';
import { buildClassOf } from './repository-settings.ts';

/** One package that somebody asks for: `foo`, `foo/5` (minimum builder class) or `foo/cat` (name of a builder). */
export interface RequestedPackage {
  readonly name: string;
  readonly buildClass?: number | string;
}

/** What a list of names says: everything, or packages without duplicates; `unreadable` are words that are neither. */
export interface RequestedPackages {
  readonly all: boolean;
  readonly packages: readonly RequestedPackage[];
  readonly unreadable: readonly string[];
}

/** Reads names parted by blanks, commas or colons, `all` among them (specification 5.2, 9.1). A later class wins. */
export function requestedPackages(text: string): RequestedPackages {
  const packages = new Map<string, RequestedPackage>();
  const unreadable: string[] = [];
  let all = false;
  for (const word of text.split(/[\s,:]+/)) {
    if (word === '') continue;
    const match = /^([^/]+)(?:\/([A-Za-z0-9][A-Za-z0-9._-]{0,127}))?$/.exec(word);
    const name = match?.[1];
    if (name === 'all' && match?.[2] === undefined) all = true;
    else if (name === undefined || !isValidPkgname(name)) unreadable.push(word);
    else {
      const buildClass = buildClassOf(match?.[2]) ?? packages.get(name)?.buildClass;
      packages.set(name, buildClass === undefined ? { name } : { name, buildClass });
    }
  }
  return { all, packages: [...packages.values()], unreadable };
}

/** The opposite for one package. */
export function formatRequested({ name, buildClass }: RequestedPackage): string {
  return buildClass === undefined ? name : `${name}/${buildClass}`;
}
