import { fault } from '../../diagnostics/index.ts';
import {
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  namesIn,
  removeTree,
  renameEntry,
  setMode,
  syncPaths,
  systemRandom,
} from '../../host/index.ts';
import { gpgAlone, gpgWithAgent } from './gnupg-program.ts';

/** Who the farm's key names. */
export interface KeyOwner {
  readonly name: string;
  readonly email: string;
}

/** A key that can sign. */
export interface SigningKey {
  /** Upper-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Fingerprint of the primary key; the same unless a subkey signs. */
  readonly primary: string;
  /** Name of the secret part in `private-keys-v1.d`. */
  readonly keygrip: string;
  /** Public-key algorithm of OpenPGP (RFC 4880 9.1). */
  readonly algorithm: number;
}

const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

async function restrictFiles(folder: string): Promise<void> {
  for (const name of namesIn(folder)) {
    const path = `${folder}/${name}`;
    const kind = entryFacts(path)?.kind;
    if (kind === 'folder') {
      setMode(path, 0o700);
      await restrictFiles(path);
    } else if (kind === 'file') {
      setMode(path, 0o600);
      await syncPaths([path]);
    }
  }
  setMode(folder, 0o700);
  await syncPaths([folder]);
}

/**
 * Makes a GnuPG home with one Ed25519 key that can only sign, has no passphrase and does not expire, unless `home`
 * has a usable key already. All at once: a home that exists is complete. Folders are 0700, files 0600.
 * Returns the key. Throws PUB020 when a name cannot stand in a key, SYS001 to SYS004.
 */
export async function initKey(home: string, owner: KeyOwner): Promise<SigningKey> {
  if (entryFacts(home)) return findKey(home);
  const bad = /[\x00-\x1f\x7f<>()]/;
  if (
    owner.name.trim().length < 1 ||
    bad.test(owner.name) ||
    !/^[^\s<>()@]+@[^\s<>()@]+$/.test(owner.email)
  ) {
    const what = `'${owner.name} <${owner.email}>' cannot be the owner of a key`;
    throw fault('PUB020', {
      what,
      why: 'A key names its owner as a name and an address like `farm@example.org`.',
    });
  }
  const making = `${home}.making-${systemRandom.hex(4)}`;
  ensureFolder(making, 0o700);
  try {
    const user = `${owner.name.trim()} <${owner.email}>`;
    const how = ['--passphrase', '', '--pinentry-mode', 'loopback'];
    await gpgWithAgent(making, [...how, '--quick-generate-key', user, 'ed25519', 'sign', 'never']);
    await restrictFiles(making);
    renameEntry(making, home);
  } finally {
    await removeTree(making);
  }
  fsyncDirectory(parentOf(home));
  return findKey(home);
}

interface ListedKey {
  readonly record: readonly string[];
  fingerprint: string;
  keygrip: string;
  readonly primary: ListedKey | undefined;
}

/** Keys and subkeys of a colon listing (GnuPG's doc/DETAILS). */
function parseListing(text: string): readonly ListedKey[] {
  const keys: ListedKey[] = [];
  let primary: ListedKey | undefined;
  for (const line of text.split('\n')) {
    const record = line.split(':');
    const last = keys.at(-1);
    if (record[0] === 'pub' || record[0] === 'sub') {
      const key: ListedKey = {
        record,
        fingerprint: '',
        keygrip: '',
        primary: record[0] === 'sub' ? primary : undefined,
      };
      if (record[0] === 'pub') primary = key;
      keys.push(key);
    } else if (record[0] === 'fpr' && last) last.fingerprint = record[9] ?? '';
    else if (record[0] === 'grp' && last) last.keygrip = record[9] ?? '';
  }
  return keys;
}

/**
 * Finds the key that signs: the first key or subkey that may sign, is valid, and has its secret part in the home.
 * @param wanted fingerprint, or its last 8 to 40 digits; any key of the home when undefined
 * @throws PUB020 when there is none
 */
export async function findKey(home: string, wanted?: string): Promise<SigningKey> {
  const listing = await gpgAlone(home, ['--with-colons', '--with-keygrip', '--list-keys']);
  const ending = wanted?.replace(/^0x/i, '').toUpperCase();
  const found = parseListing(listing.stdout).find((key) => {
    const { record, primary } = key;
    const isUsable = !/[redn]/.test(record[1] ?? '') && (record[11] ?? '').includes('s');
    const isWanted =
      !ending || key.fingerprint.endsWith(ending) || (primary?.fingerprint.endsWith(ending) ?? false);
    return isUsable && isWanted && entryFacts(`${home}/private-keys-v1.d/${key.keygrip}.key`) !== undefined;
  });
  if (!found) {
    const what = ending ? `no key '${ending}' in '${home}' can sign` : `no key in '${home}' can sign`;
    throw fault('PUB020', { what });
  }
  return {
    fingerprint: found.fingerprint,
    primary: found.primary?.fingerprint ?? found.fingerprint,
    keygrip: found.keygrip,
    algorithm: Number(found.record[3]),
  };
}
