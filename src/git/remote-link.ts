import { fault } from '../diagnostics/index.ts';
import type { ProcessResult } from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import type { CallLimits } from './git-program.ts';
import type { Setting } from './git-settings.ts';
import { pushTrouble, takesNoOptions } from './push-trouble.ts';
import { refMatcher } from './ref-pattern.ts';
import { remoteAddress, shownAddress, withoutUser } from './remote-address.ts';
import { remoteTrouble } from './remote-trouble.ts';
import type { RefMove } from './working-copy.ts';

/** A name and a secret for a git server over HTTP. */
export interface Credentials {
  /** What the server wants beside a token: `oauth2` (GitLab) and `x-access-token` (GitHub) do everywhere else too. */
  readonly user?: string | undefined;
  readonly token: string;
}

export interface RemoteOptions {
  readonly folder: string;
  /** The name in the checkout's configuration. */
  readonly remote: string;
  /** Another address than the configuration has. */
  readonly url?: string | undefined;
  /** Instead of those that the environment's git would use, and those in the address; for HTTP only. */
  readonly credentials?: Credentials | undefined;
  /** As GIT_SSH_COMMAND; undefined: what the environment's git uses. */
  readonly sshCommand?: string | undefined;
  /** For each talk with the server. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How the settings of ours call the remote when it is not the checkout's own. */
const ownName = 'packmill';

interface Link {
  readonly git: CheckoutProgram;
  readonly name: string;
  /** For messages: without secrets. */
  readonly shown: string;
}

/** The server of a checkout: looked up at the first talk. */
export class RemoteLink {
  readonly #options: RemoteOptions;
  #link: Promise<Link> | undefined;
  /** Ids of annotated tags by their ref and the commit that they mark. */
  readonly #tags = new Map<string, string>();

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  /** Refs by whole name, tags followed to what they mark. Throws GIT001, GIT003, GIT004. */
  async refs(patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { name } = await this.#connect();
    const refs = new Map<string, string>();
    const matches = patterns.map(refMatcher);
    // a second row of an annotated tag says what it marks
    const marks = patterns.filter((pattern) => pattern.startsWith('refs/tags/')).map((tag) => `${tag}^{}`);
    const printed = await this.#talk(['ls-remote', '--quiet', name, ...patterns, ...marks]);
    for (const line of printed.stdout.split('\n')) {
      const [id = '', ref = ''] = line.split('\t');
      const plain = ref.replace(/\^\{\}$/, '');
      if (plain === '' || !matches.some((match) => match.test(plain))) continue;
      if (plain !== ref) this.#tags.set(`${plain} ${id}`, refs.get(plain) ?? id);
      refs.set(plain, id);
    }
    return refs;
  }

  /** Fetches refspecs. Throws GIT001, GIT003, GIT004. */
  async fetch(options: readonly string[], refspecs: readonly string[]): Promise<void> {
    const { name } = await this.#connect();
    const fixed = ['fetch', '--quiet', '--force', '--no-tags', '--no-write-fetch-head'];
    await this.#talk([...fixed, ...options, name, ...refspecs]);
  }

  /** Pushes all or nothing. Throws GIT001, GIT003, GIT004, GIT007, GIT009. */
  async push(moves: readonly RefMove[], options: readonly string[]): Promise<void> {
    const link = await this.#connect();
    const limits = this.#limits();
    const attempt = (pushOptions: readonly string[]): Promise<ProcessResult> =>
      link.git.run(
        [
          ...['push', '--porcelain', '--atomic', '--no-verify', '--no-signed'],
          ...pushOptions.map((option) => `--push-option=${option}`),
          ...moves.flatMap((move) => this.#lease(move)),
          ...[link.name, ...moves.map(refspec)],
        ],
        limits,
      );
    let result = await attempt(options);
    if (options.length > 0 && takesNoOptions(result)) result = await attempt([]);
    if (result.code !== 0 || result.why !== 'ended') throw pushTrouble(await this.#shown(link), result);
  }

  /** The server compares ids of refs: of an annotated tag, not of what it marks. */
  #lease({ ref, expected }: RefMove): readonly string[] {
    if (expected === undefined) return [];
    const id = expected === null ? '' : (this.#tags.get(`${ref} ${expected}`) ?? expected);
    return [`--force-with-lease=${ref}:${id}`];
  }

  async #talk(args: readonly string[]): Promise<ProcessResult> {
    const link = await this.#connect();
    const result = await link.git.run(args, this.#limits());
    if (result.code !== 0 || result.why !== 'ended') throw remoteTrouble(await this.#shown(link), result);
    return result;
  }

  #limits(): CallLimits {
    const { timeoutMs, signal } = this.#options;
    return { timeoutMs, signal };
  }

  #connect(): Promise<Link> {
    this.#link ??= this.#prepare();
    return this.#link;
  }

  async #prepare(): Promise<Link> {
    const { folder, remote, url, credentials, sshCommand } = this.#options;
    const ssh = sshCommand === undefined ? {} : { GIT_SSH_COMMAND: sshCommand };
    const fetched: Setting = [`remote.${remote}.fetch`, `+refs/heads/*:refs/remotes/${remote}/*`];
    const own: Link = { git: new CheckoutProgram(folder, [fetched], ssh), name: remote, shown: '' };
    if (url === undefined && credentials === undefined) return own;
    const address = url ?? (await this.#configuredUrl());
    // a token is of no use there, and a path may be relative to the checkout
    if (url === undefined && !/^https?:/i.test(address)) return own;
    const isHttp = /^https?:/i.test(address);
    const clean = credentials && isHttp ? withoutUser(address) : address;
    const settings: Setting[] = [
      [`remote.${ownName}.url`, remoteAddress(clean).url],
      [`remote.${ownName}.fetch`, `+refs/heads/*:refs/remotes/${remote}/*`],
    ];
    if (credentials && isHttp) {
      const pair = Buffer.from(`${credentials.user ?? 'oauth2'}:${credentials.token}`).toString('base64');
      // the empty one drops headers that others have configured: a server takes one authorization, not two
      settings.push([`http.${clean}.extraHeader`, '']);
      settings.push([`http.${clean}.extraHeader`, `Authorization: Basic ${pair}`], ['credential.helper', '']);
    }
    const shown = remoteAddress(clean).shown;
    return { git: new CheckoutProgram(folder, settings, ssh), name: ownName, shown };
  }

  async #configuredUrl(): Promise<string> {
    const { folder, remote } = this.#options;
    const git = new CheckoutProgram(folder);
    const result = await git.run(['remote', 'get-url', '--push', remote]);
    if (result.code === 0) return result.stdout.trim();
    throw fault('GIT003', {
      what: `the checkout '${folder}' has no remote '${remote}'`,
      why: 'Pipelines read tags and branches of the remote, and push there.',
      next: `Add it ('git remote add ${remote} ADDRESS'), or work in a clone.`,
    });
  }

  /** The address for a message; it costs a process, so it is looked up when something is wrong. */
  async #shown(link: Link): Promise<string> {
    if (link.shown !== '') return link.shown;
    const url = await this.#configuredUrl();
    return shownAddress(url);
  }
}

/** A lease forces by itself what it allows; `+` on top of it would force without looking. */
const refspec = ({ ref, to, force, expected }: RefMove): string =>
  `${force && expected === undefined ? '+' : ''}${to ?? ''}:${ref}`;
