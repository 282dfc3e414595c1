import { fault } from '../../diagnostics/index.ts';
import {
  bytesIfThere,
  type Clock,
  entryFacts,
  hashBytesWithTail,
  hashFileWithTail,
  removeEntry,
  renameEntry,
  systemClock,
  writeDurably,
} from '../../host/index.ts';
import { atOnce } from '../../primitives/index.ts';
import type { Signer } from '../signer.ts';
import { AgentSession } from './agent-session.ts';
import { findKey, type SigningKey } from './gnupg-home.ts';
import { gpgAlone, gpgWithAgent } from './gnupg-program.ts';
import {
  signatureHashedPart,
  signaturePacket,
  signatureTrailer,
  signingAlgorithms,
} from './signature-packet.ts';

export interface GnupgSignerOptions {
  /** GnuPG home with the key; its path may be of any length. */
  readonly home: string;
  /** Fingerprint or key id; the first key of the home that can sign when undefined. */
  readonly key?: string | undefined;
  readonly clock?: Clock | undefined;
}

const known: readonly number[] = Object.values(signingAlgorithms);

class GnupgSigner implements Signer {
  readonly #home: string;
  readonly #key: SigningKey;
  readonly #clock: Clock;
  #agent: Promise<AgentSession> | undefined;

  constructor(options: GnupgSignerOptions, key: SigningKey) {
    this.#home = options.home;
    this.#key = key;
    this.#clock = options.clock ?? systemClock;
  }

  get fingerprint(): string {
    return this.#key.fingerprint;
  }

  async signFiles(paths: readonly string[]): Promise<void> {
    // The agent signs one after the other; what overlaps is the reading and hashing of files.
    await atOnce(paths, { most: 4 }, async (path) => {
      writeDurably(`${path}.sig`, await this.#signFile(path));
    });
  }

  async #signFile(path: string): Promise<Uint8Array> {
    return this.#sign((tail) => hashFileWithTail(path, tail)) ?? this.#signByProgram(path);
  }

  async signBytes(bytes: Uint8Array): Promise<Uint8Array> {
    const signed = this.#sign(async (tail) => hashBytesWithTail(bytes, tail));
    if (signed) return signed;
    const result = await gpgWithAgent(
      this.#home,
      ['--local-user', `${this.fingerprint}!`, '--detach-sign'],
      bytes,
    );
    return result.stdoutBytes;
  }

  /** Undefined when the key is of a kind whose signatures only gpg itself can put together. */
  #sign(hashWith: (tail: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array> | undefined {
    const { algorithm, fingerprint, keygrip } = this.#key;
    if (!known.includes(algorithm) || fingerprint.length !== 40) return undefined;
    const head = { algorithm, fingerprint, createdSeconds: Math.floor(this.#clock.nowMs() / 1000) };
    const hashedPart = signatureHashedPart(head);
    return (async () => {
      const hash = await hashWith(signatureTrailer(hashedPart));
      const agent = await this.#session();
      try {
        return signaturePacket(head, hashedPart, hash, await agent.sign(keygrip, hash));
      } catch (error) {
        // An agent that failed is not asked again.
        await this.close();
        throw error;
      }
    })();
  }

  async #signByProgram(path: string): Promise<Uint8Array> {
    const output = `${path}.sig.part`;
    removeEntry(output);
    const user = ['--local-user', `${this.fingerprint}!`];
    await gpgWithAgent(this.#home, [...user, '--output', output, '--detach-sign', path]);
    renameEntry(output, `${path}.sig`);
    const bytes = bytesIfThere(`${path}.sig`);
    if (!bytes) throw fault('PUB021', { what: `gpg made no signature of '${path}'` });
    return bytes;
  }

  #session(): Promise<AgentSession> {
    this.#agent ??= AgentSession.start(this.#home);
    return this.#agent;
  }

  async verifyFile(path: string, signaturePath: string): Promise<boolean> {
    if (!entryFacts(path) || !entryFacts(signaturePath)) return false;
    const trust = ['--trust-model', 'always', '--status-fd', '1'];
    const result = await gpgAlone(this.#home, [...trust, '--verify', signaturePath, path]);
    // VALIDSIG has the signing key first and its primary key last (GnuPG's doc/DETAILS).
    const valid = /^\[GNUPG:\] VALIDSIG ([0-9A-F]+)(?: \S+)* ([0-9A-F]+)$/m.exec(result.stdout);
    return result.code === 0 && (valid?.[1] === this.#key.fingerprint || valid?.[2] === this.#key.primary);
  }

  async publicKey(): Promise<Uint8Array> {
    const result = await gpgAlone(this.#home, ['--export', this.#key.primary]);
    if (result.code === 0 && result.stdoutBytes.byteLength > 0) return result.stdoutBytes;
    throw fault('PUB020', { what: `the key '${this.#key.primary}' in '${this.#home}' cannot be exported` });
  }

  async close(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    await (await agent?.catch(() => undefined))?.close();
  }
}

/**
 * Signs with a key of a GnuPG home; gpg-agent keeps the secret, packmill never sees it.
 * Throws PUB020 when the home has no usable key, SYS001 when GnuPG is not installed.
 */
export async function openGnupgSigner(options: GnupgSignerOptions): Promise<Signer> {
  return new GnupgSigner(options, await findKey(options.home, options.key));
}
