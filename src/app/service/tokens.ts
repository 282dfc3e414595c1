import type { FarmConfig } from '../../config/index.ts';
import type { FarmDatabase } from '../../database/index.ts';
import type { Dispatcher } from '../../dispatcher/index.ts';
import { createTokenDigest, equalDigests, keyedDigest, type Random } from '../../host/index.ts';
import { attemptId } from '../../primitives/index.ts';
import type { TokenRole } from './farm-service.ts';

/** Whose token it is, and what it may do. */
export interface Bearer {
  readonly role: TokenRole;
  readonly name: string;
}

const secretWord = 'attempt-secret';

/**
 * Who may do what. People and builders have tokens of which the settings keep the SHA-256; an attempt has one of its
 * own, good for handing in its objects while it runs and for nothing else.
 */
export class Tokens {
  readonly #configured: FarmConfig['service']['tokens'];
  readonly #dispatcher: Dispatcher;
  readonly #secret: string;
  readonly #own: readonly { readonly name: string; readonly digest: string }[];

  /** `local`: the token of this machine's own command line; `upkeep`: that of the runs of recipe sources. */
  constructor(parts: {
    readonly config: FarmConfig;
    readonly database: FarmDatabase;
    readonly dispatcher: Dispatcher;
    readonly random: Random;
    readonly local: string;
    readonly upkeep: string;
  }) {
    this.#configured = parts.config.service.tokens;
    this.#dispatcher = parts.dispatcher;
    this.#own = [
      { name: 'this machine', digest: createTokenDigest(parts.local) },
      { name: 'upkeep', digest: createTokenDigest(parts.upkeep) },
    ];
    const known = parts.database.words.get(secretWord);
    this.#secret = known ?? parts.random.hex(32);
    if (known === undefined) parts.database.words.set(secretWord, this.#secret);
  }

  /** All digests are compared, whichever fits, so that time tells nothing. */
  authenticate(token: string): Bearer | undefined {
    const digest = createTokenDigest(token);
    let found: Bearer | undefined;
    for (const { name, role, sha256 } of this.#configured) {
      if (equalDigests(digest, sha256)) found = { name, role };
    }
    for (const own of this.#own)
      if (equalDigests(digest, own.digest)) found = { name: own.name, role: 'operator' };
    return found;
  }

  /** The token of one attempt under one lease. */
  ofAttempt(attempt: number, fence: number): string {
    const head = `a${attempt}.${fence}`;
    return `${head}.${keyedDigest(this.#secret, head)}`;
  }

  /** The attempt a token belongs to; undefined when it is none of ours. */
  attemptOf(token: string): { readonly attempt: number; readonly fence: number } | undefined {
    const match = /^a(\d{1,15})\.(\d{1,16})\.[0-9a-f]{64}$/.exec(token);
    if (!match) return undefined;
    const [attempt, fence] = [Number(match[1]), Number(match[2])];
    return equalDigests(token, this.ofAttempt(attempt, fence)) ? { attempt, fence } : undefined;
  }

  /** Whether the token's attempt is under way now. */
  mayHandIn(token: string): boolean {
    const of = this.attemptOf(token);
    return of !== undefined && this.#dispatcher.isUnderWay(attemptId(of.attempt), of.fence);
  }
}
