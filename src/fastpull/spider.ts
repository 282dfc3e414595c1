import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import { type Fetcher, shownAddress } from '../fetcher/index.ts';
import { hashFileThrice, isDiskFull, type Random, removeEntry } from '../host/index.ts';
import { Slots } from '../primitives/index.ts';
import { finalNameOf } from './archives/final-name.ts';
import { verifyFile } from './archives/verify-file.ts';
import { authorizationHeader, type CredentialTable, credentialsFor } from './authorization.ts';
import { type DiskBlos, differenceOf } from './blos.ts';
import type { Blob, Download, DownloadRequest, Hashes, IntegrityScope } from './contract.ts';
import type { Locks } from './locks.ts';

export interface SpiderOptions {
  readonly blos: DiskBlos;
  readonly fetcher: Fetcher;
  readonly locks: Locks;
  /** Downloads at one time of one host: a host that pauses must not hold up the others. */
  readonly atOnce: number;
  readonly random: Random;
  /** For downloads in progress. */
  readonly folder: string;
  readonly credentials?: CredentialTable | undefined;
  readonly isOffline: boolean;
  scopeOf(name: string | undefined): IntegrityScope;
  readonly onProblem: (problem: Problem) => void;
}

interface Active {
  readonly result: Promise<Arrived>;
  readonly request: DownloadRequest;
  readonly listeners: NonNullable<DownloadRequest['onProgress']>[];
}

interface Arrived {
  readonly blob: Blob;
  readonly url: string;
  readonly wasHere: boolean;
}

/** What asking again in the same run would not change. */
const isFinal = (error: unknown): boolean => isFault(error, 'FET004', 'FET005', 'FPL004');

/** Files by their addresses, each downloaded once (specification, 2.2 and 5.1). */
export class Spider {
  readonly #options: SpiderOptions;
  readonly #active = new Map<string, Active>();
  readonly #failed = new Map<string, unknown>();
  readonly #slots = new Map<string, Slots>();

  constructor(options: SpiderOptions) {
    this.#options = options;
  }

  async download(request: DownloadRequest): Promise<Download> {
    const scope = this.#options.scopeOf(request.scope);
    const done = await this.#find(request, scope);
    if (request.use) await scope.noteUse(request.url, request.use);
    return done;
  }

  async #find(request: DownloadRequest, scope: IntegrityScope): Promise<Download> {
    const { url } = request;
    const key = `${scope.scope} ${url}`;
    for (;;) {
      const known = request.refetch ? undefined : this.#known(request, scope);
      if (known) return { blob: checked(known, request), url, from: 'store' };
      const active = this.#active.get(key);
      if (!active) break;
      if (request.onProgress) active.listeners.push(request.onProgress);
      try {
        const { blob, url: from } = await active.result;
        return { blob: checked(blob, request), url: from, from: 'joined' };
      } catch (error) {
        // what somebody else expects of the file need not be what we expect
        if (!isFault(error, 'FPL003') || expectsSame(active.request, request)) throw error;
      }
    }
    if (this.#failed.has(key) && !request.refetch) throw this.#failed.get(key);
    const { blob, url: from, wasHere } = await this.#start(key, request, scope);
    return { blob, url: from, from: wasHere ? 'store' : 'network' };
  }

  #known({ url }: DownloadRequest, scope: IntegrityScope): Blob | undefined {
    const record = scope.find(url);
    if (record && !record.blob) {
      const what = `the object of '${shownAddress(url)}' is gone`;
      this.#options.onProblem(problem('FPL007', { what }));
    }
    return record?.blob;
  }

  async #start(key: string, request: DownloadRequest, scope: IntegrityScope): Promise<Arrived> {
    const listeners = request.onProgress ? [request.onProgress] : [];
    const tell: NonNullable<DownloadRequest['onProgress']> = (progress) => {
      for (const listener of listeners) listener(progress);
    };
    const result = this.#fetch({ ...request, onProgress: tell }, scope);
    this.#active.set(key, { result, request, listeners });
    try {
      const arrived = await result;
      this.#failed.delete(key);
      return arrived;
    } catch (error) {
      if (isFinal(error)) this.#failed.set(key, error);
      throw error;
    } finally {
      this.#active.delete(key);
    }
  }

  /** Waits for a turn, and for another process that downloads the same. */
  async #fetch(request: DownloadRequest, scope: IntegrityScope): Promise<Arrived> {
    const { locks, isOffline } = this.#options;
    const { url } = request;
    if (isOffline) throw fault('FPL005', { what: `'${shownAddress(url)}' is not here` });
    const finalName = request.finalName ?? finalNameOf(url);
    return await this.#slotsOf(request.addresses?.[0] ?? url).run(() =>
      locks.hold(`url/${scope.scope}/${scope.indexOf(url)}`, async () => {
        const known = request.refetch ? undefined : scope.find(url)?.blob;
        if (known) return { blob: checked(known, request), url, wasHere: true };
        const arrived = await this.#fromAnywhere({ ...request, finalName });
        await scope.put(url, arrived.blob);
        return arrived;
      }),
    );
  }

  #slotsOf(address: string): Slots {
    const host = URL.parse(address)?.host ?? '';
    const slots = this.#slots.get(host) ?? new Slots(this.#options.atOnce);
    this.#slots.set(host, slots);
    return slots;
  }

  /** From the first address that has it; the trouble with the first one is the one to tell. */
  async #fromAnywhere(request: DownloadRequest & { readonly finalName: string }): Promise<Arrived> {
    let first: unknown;
    for (const url of request.addresses ?? [request.url]) {
      try {
        return { blob: await this.#from(url, request), url, wasHere: false };
      } catch (error) {
        if (!isFault(error) || isDiskFull(error) || isFault(error, 'FET015', 'SYS001', 'SYS004')) throw error;
        first ??= error;
      }
    }
    throw first;
  }

  async #from(url: string, request: DownloadRequest & { readonly finalName: string }): Promise<Blob> {
    const { fetcher, blos, folder, random, credentials } = this.#options;
    const temporary = `${folder}/${random.hex(12)}`;
    const headers = { ...authorizationHeader(credentialsFor(credentials, url, true)), ...request.headers };
    const address = shownAddress(url);
    try {
      await fetcher.download(url, temporary, {
        headers,
        onProgress: (doneBytes, totalBytes) => request.onProgress?.({ address, doneBytes, totalBytes }),
      });
      const hashes = await hashFileThrice(temporary);
      checked(hashes, request);
      await verifyFile(temporary, request.finalName);
      return await blos.admit(temporary, hashes);
    } finally {
      removeEntry(temporary);
    }
  }
}

/** The hashes when they are the expected ones. Throws FPL003. */
function checked<Found extends Hashes>(found: Found, request: DownloadRequest): Found {
  const difference = differenceOf(found, { ...request.expectHashes, sizeBytes: request.expectSize });
  if (!difference) return found;
  throw fault('FPL003', { what: `'${shownAddress(request.url)}' is not the expected file: ${difference}` });
}

function expectsSame(a: DownloadRequest, b: DownloadRequest): boolean {
  const text = ({ expectHashes = {}, expectSize }: DownloadRequest): string =>
    JSON.stringify([expectHashes.sha512, expectHashes.sha256, expectHashes.blake2b, expectSize]);
  return text(a) === text(b);
}
