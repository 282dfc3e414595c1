import { parse } from 'smol-toml';
import { fault } from '../../diagnostics/index.ts';
import { isMapping } from '../merge-settings.ts';

/** A package of a registry that a Cargo.lock names. */
export interface RegistryCrate {
  readonly name: string;
  readonly version: string;
  /** SHA-256 in lower-case hexadecimal digits; undefined where the lock file has none. */
  readonly checksum: string | undefined;
}

/** A package that comes out of a git repository. */
export interface GitCrate {
  readonly name: string;
  readonly version: string;
  /** Of the repository, as Cargo knows it: without `git+`, parameters and commit. */
  readonly url: string;
  /** The whole commit. */
  readonly commit: string;
}

export interface CargoLock {
  readonly crates: readonly RegistryCrate[];
  readonly gitCrates: readonly GitCrate[];
}

/**
 * Reads a Cargo.lock of any version up to 4; packages of the source itself are left out. Throws GEN006 for what is damaged
 * or of a later version.
 */
export function parseCargoLock(text: string, file: string): CargoLock {
  const wrong = (what: string, why?: string) => fault('GEN006', { what: `'${file}' ${what}`, why });
  let value: Record<string, unknown>;
  try {
    value = parse(text);
  } catch (error) {
    throw wrong('is no TOML', `${(error as Error).message.split('\n')[0]}.`);
  }
  const { version = 1, package: listed = [], root, metadata = {} } = value;
  if (typeof version !== 'number' || version > 4)
    throw wrong(`has version ${String(version)}, which is not known`);
  if (!Array.isArray(listed)) throw wrong('has no list of packages');
  const crates: RegistryCrate[] = [];
  const gitCrates: GitCrate[] = [];
  // the first version had the package of the source in a place of its own
  for (const item of root === undefined ? listed : [root, ...listed]) {
    const { name, version: release, source, checksum } = isMapping(item) ? item : {};
    if (typeof name !== 'string' || typeof release !== 'string')
      throw wrong('has a package without name or version');
    if (!isCrateName(name) || !isCrateVersion(release)) throw wrong(`has a package '${name}' '${release}'`);
    if (source === undefined) continue;
    if (typeof source !== 'string') throw wrong(`says of '${name}' no source`);
    if (/^(?:registry|sparse)\+/.test(source)) {
      const sum = checksum ?? checksumIn(metadata, `checksum ${name} ${release} (${source})`);
      crates.push({ name, version: release, checksum: readChecksum(sum) });
    } else if (source.startsWith('git+')) {
      gitCrates.push({ name, version: release, ...gitSource(source, wrong) });
    } else throw wrong(`has '${name}' from '${source}', which is neither a registry nor git`);
  }
  return { crates, gitCrates };
}

const isCrateName = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name);
const isCrateVersion = (version: string): boolean => /^[0-9A-Za-z][0-9A-Za-z.+-]*$/.test(version);

/** Sums stood in a table of their own until version 2. */
function checksumIn(metadata: unknown, key: string): unknown {
  return isMapping(metadata) && Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}

const readChecksum = (sum: unknown): string | undefined =>
  typeof sum === 'string' && /^[0-9a-f]{64}$/i.test(sum) ? sum.toLowerCase() : undefined;

function gitSource(
  source: string,
  wrong: (what: string) => Error,
): { readonly url: string; readonly commit: string } {
  const [, address = '', commit = ''] = /^git\+([^#]+)#([0-9a-f]{40}|[0-9a-f]{64})$/.exec(source) ?? [];
  if (address === '' || !/^(?:https?|ssh|git|file):\/\//.test(address))
    throw wrong(`has the odd git source '${source}'`);
  return { url: address.replace(/[?].*$/, ''), commit };
}
