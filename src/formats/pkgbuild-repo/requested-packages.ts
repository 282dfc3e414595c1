import { type RequestedName, readRequestedName } from '../../primitives/index.ts';
import { isValidPkgname } from '../pacman/index.ts';

/** One package that somebody asks for. */
export type RequestedPackage = RequestedName;

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
    const asked = readRequestedName(word);
    if (asked?.name === 'all' && asked.buildClass === undefined) all = true;
    else if (asked === undefined || !isValidPkgname(asked.name)) unreadable.push(word);
    else packages.set(asked.name, { ...packages.get(asked.name), ...asked });
  }
  return { all, packages: [...packages.values()], unreadable };
}

/** The opposite for one package. */
export function formatRequested({ name, buildClass }: RequestedPackage): string {
  return buildClass === undefined ? name : `${name}/${buildClass}`;
}
