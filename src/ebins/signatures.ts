import { fault } from '../diagnostics/index.ts';
import {
  type Filter,
  filterPieces,
  machine,
  makeTemporaryFolder,
  removeTree,
  runOrThrow,
  writeFileWithMode,
} from '../host/index.ts';

/** Whose signatures are good: a home of GnuPG with its own trust, or public keys that are trusted fully. */
export interface TrustedKeys {
  readonly keys?: readonly string[] | undefined;
  readonly keyHome?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const always = [
  '--batch',
  '--no-tty',
  '--no-options',
  '--no-auto-key-retrieve',
  '--disable-dirmngr',
] as const;

const refused = (file: string, what: string, why?: string): Error =>
  fault('EBN003', { what, why, place: { file } });

/** Checks signatures by `gpg`; makes a keyring of the trusted keys when it is first asked. */
export class SignatureChecker {
  readonly #trusted: TrustedKeys;
  #folder: string | undefined;
  #home: Promise<string> | undefined;
  constructor(trusted: TrustedKeys) {
    this.#trusted = trusted;
  }

  #scratch(): string {
    this.#folder ??= makeTemporaryFolder('packmill-keys-');
    return this.#folder;
  }

  async #prepare(): Promise<string> {
    const { keys = [], keyHome } = this.#trusted;
    if (keyHome !== undefined) return keyHome;
    const home = this.#scratch();
    if (keys.length === 0) return home;
    const run = (args: readonly string[], input?: string) =>
      runOrThrow('gpg', [...always, '--quiet', '--no-autostart', '--homedir', home, ...args], {
        env: environment(home),
        input,
      });
    await run(['--import', ...keys]);
    const { stdout } = await run(['--with-colons', '--list-keys']);
    const lines = stdout.split('\n');
    // the first fingerprint after each primary key is its own
    const fingerprints = lines.flatMap((line, at) => {
      if (!line.startsWith('pub:')) return [];
      const found = lines.slice(at).find((other) => other.startsWith('fpr:'));
      return found?.split(':')[9] ?? [];
    });
    await run(['--import-ownertrust'], fingerprints.map((one) => `${one}:6:\n`).join(''));
    return home;
  }

  /**
   * Checks a signature over pieces, or with `undefined` the signature around a text; `what` is for messages.
   * @throws EBN003 when it is not good or its key not trusted, SYS001 without gpg
   */
  async check(
    signature: Uint8Array,
    pieces: AsyncIterable<Uint8Array> | undefined,
    of: { readonly file: string; readonly what: string },
  ): Promise<void> {
    this.#home ??= this.#prepare();
    const home = await this.#home;
    const path = `${this.#scratch()}/signature`;
    await writeFileWithMode(path, signature, 0o600);
    const args = [...always, '--no-autostart', '--homedir', home, '--status-fd', '1', '--verify', path];
    const filter: Filter = {
      program: 'gpg',
      args: pieces ? [...args, '-'] : args,
      signal: this.#trusted.signal,
    };
    let status = '';
    try {
      for await (const piece of filterPieces(filter, pieces ?? nothing()))
        status += Buffer.from(piece).toString('utf8');
    } catch (error) {
      if (!status) throw error;
      status += '\n[GNUPG:] FAILED';
    }
    judge(status, of);
  }

  async close(): Promise<void> {
    if (this.#folder !== undefined) await removeTree(this.#folder);
    this.#folder = undefined;
    this.#home = undefined;
  }
}

function environment(home: string): Record<string, string> {
  return { PATH: machine.variable('PATH') ?? '/usr/bin:/bin', HOME: home, LC_ALL: 'C.UTF-8' };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Reads what gpg says of a signature (GnuPG's doc/DETAILS): exactly one, good, by a key of full or ultimate trust. */
function judge(status: string, { file, what }: { readonly file: string; readonly what: string }): void {
  const lines = status.split('\n').filter((line) => line.startsWith('[GNUPG:] '));
  const words = lines.map((line) => line.split(' ')[1] ?? '');
  const bad = ['BADSIG', 'ERRSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG', 'NO_PUBKEY', 'FAILED'];
  const found = words.find((word) => bad.includes(word));
  const reasons: Readonly<Record<string, string>> = {
    BADSIG: 'The signature belongs to other bytes.',
    EXPSIG: 'The signature has expired.',
    EXPKEYSIG: 'The key has expired.',
    REVKEYSIG: 'The key is revoked.',
  };
  if (words.includes('NO_PUBKEY') || words.includes('ERRSIG'))
    throw refused(file, `the signature of ${what} is by a key that is not known`);
  if (found) throw refused(file, `the signature of ${what} is not good`, reasons[found]);
  const good = words.filter((word) => word === 'VALIDSIG').length;
  if (good !== 1) throw refused(file, `the signature of ${what} is not good`);
  if (!words.includes('TRUST_FULLY') && !words.includes('TRUST_ULTIMATE'))
    throw refused(file, `the signature of ${what} is by a key that is not trusted`);
}
