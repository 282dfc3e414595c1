import type { FarmConfig } from '../../config/index.ts';
import type { Dispatcher } from '../../dispatcher/index.ts';
import { type Clock, createTokenDigest, equalDigests, keyedDigest, type Random } from '../../host/index.ts';
import { attemptId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';
import { type Accounts, accountsOf, type Session } from './accounts.ts';
import type { Bearer } from './farm-service.ts';

/** What a token of somebody who has signed in says. */
interface SessionClaims {
  readonly name: string;
  readonly issuer: string;
  readonly untilMs: number;
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
  readonly #issuer: string | undefined;
  readonly #clock: Clock;
  /** How people sign in with their accounts. */
  readonly accounts: Accounts | undefined;

  /** `local`: the token of this machine's own command line; `upkeep`: that of the runs of recipe sources. */
  constructor(parts: {
    readonly farm: Pick<Farm, 'config' | 'database' | 'clock'>;
    readonly dispatcher: Dispatcher;
    readonly random: Random;
    readonly local: string;
    readonly upkeep: string;
  }) {
    const { config, database, clock } = parts.farm;
    this.#configured = config.service.tokens;
    this.#dispatcher = parts.dispatcher;
    this.#own = [
      { name: 'this machine', digest: createTokenDigest(parts.local) },
      { name: 'upkeep', digest: createTokenDigest(parts.upkeep) },
    ];
    this.#clock = clock;
    this.#issuer = config.service.openid?.issuer;
    this.accounts = accountsOf(config.service.openid, (name, lasts) => this.#session(name, lasts));
    const known = database.words.get(secretWord);
    this.#secret = known ?? parts.random.hex(32);
    if (known === undefined) database.words.set(secretWord, this.#secret);
  }

  /** All digests are compared, whichever fits, so that time tells nothing. */
  authenticate(token: string): Bearer | undefined {
    const digest = createTokenDigest(token);
    let found: Bearer | undefined;
    for (const { name, role, sha256 } of this.#configured) {
      if (equalDigests(digest, sha256)) found = { name, role, means: 'token' };
    }
    for (const own of this.#own)
      if (equalDigests(digest, own.digest)) found = { name: own.name, role: 'operator', means: 'machine' };
    return found ?? this.#ofSession(token);
  }

  /** A token for somebody who has signed in: what it says, under our secret. */
  #session(name: string, lastsMs: number): Session {
    const untilMs = this.#clock.nowMs() + lastsMs;
    const claims = { name, issuer: this.#issuer ?? '', untilMs } satisfies SessionClaims;
    const head = `s.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return { token: `${head}.${keyedDigest(this.#secret, head)}`, name, untilMs };
  }

  /** Whose session a token is; nobody's when its time is over, or its provider no longer the one of the settings. */
  #ofSession(token: string): Bearer | undefined {
    const [, head = '', body = ''] = /^(s\.([\w-]{1,3000}))\.[0-9a-f]{64}$/.exec(token) ?? [];
    if (head === '' || !equalDigests(token, `${head}.${keyedDigest(this.#secret, head)}`)) return undefined;
    const said = JSON.parse(Buffer.from(body, 'base64url').toString()) as SessionClaims;
    if (said.issuer !== this.#issuer || said.untilMs <= this.#clock.nowMs()) return undefined;
    return { name: said.name, role: 'operator', means: 'openid' };
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
