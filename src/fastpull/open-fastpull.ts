import { fault, type Problem } from '../diagnostics/index.ts';
import { Fetcher } from '../fetcher/index.ts';
import { type Clock, machine, type Random, systemClock, systemRandom } from '../host/index.ts';
import { Slots } from '../primitives/index.ts';
import { type ObjectStore, openDiskStore } from '../store/index.ts';
import { packFolder } from './archives/pack.ts';
import { unpackArchive } from './archives/unpack.ts';
import { blosFolder, DiskBlos } from './blos.ts';
import type { Credentials, Fastpull, IntegrityScope, Packed, PackOptions, Pages } from './contract.ts';
import { RecordedArchives } from './dynamic-store.ts';
import { RecordedIntegrity } from './integrity-scope.ts';
import { LaterSync } from './later-sync.ts';
import { RecordedLedger } from './ledger.ts';
import { Locks } from './locks.ts';
import { KeptPages } from './pages.ts';
import { FileBackend, shelfOf } from './record-backend.ts';
import { collectionKeys, type KeySpecification, RecordStore } from './record-store.ts';
import { RunFolder } from './run-folder.ts';
import { checkScope } from './scope-name.ts';
import { Spider } from './spider.ts';

export interface FastpullOptions {
  /** `stores/` and `tmp/` are made below it. */
  readonly root: string;
  /** The farm's store; default: one of our own in `stores/objects`. */
  readonly objects?: ObjectStore | undefined;
  /** Default: one of our own, 20 requests at once to a host. */
  readonly fetcher?: Fetcher | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Default `local`. */
  readonly scope?: string | undefined;
  /** Where objects will be found by everybody, as `https://cdn.example`; without it there are no addresses (FPL017). */
  readonly distfilesHost: string | undefined;
  /** By host name. */
  readonly credentials?: Readonly<Record<string, Credentials>> | undefined;
  readonly userAgent?: string | undefined;
  /** Asks for every page again, however fresh the kept one is. */
  readonly immediate?: boolean | undefined;
  /** Asks nobody: what is not here is FPL005. */
  readonly offline?: boolean | undefined;
  /** Downloads of one host that are under way at the same time; default 20. */
  readonly downloadsAtOnce?: number | undefined;
  /** The longest pause that a server may ask for and gets, in milliseconds; default 60,000. Not with a `fetcher` of yours. */
  readonly maxPauseMs?: number | undefined;
  /** Told of what was put right by itself: unreadable records, objects that are gone, stale pages. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

/** The parts that everything here is made of; the maintenance of the stores works on them too. */
export interface FastpullParts {
  readonly storesFolder: string;
  readonly blos: DiskBlos;
  readonly objects: ObjectStore;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly random: Random;
  readonly later: LaterSync;
  records(collection: string, key: KeySpecification): RecordStore;
}

const defaultBudget = { atOnce: 20, gapMs: 0 };

class OpenedFastpull implements Fastpull {
  readonly storesFolder: string;
  readonly scope: string;
  readonly pages: Pages;
  readonly blos: DiskBlos;
  readonly #options: FastpullOptions;
  readonly #parts: FastpullParts;
  readonly #runFolder: RunFolder;
  readonly #spider: Spider;
  readonly #fetcher: Fetcher;
  readonly #packing = new Slots(machine.processors());
  readonly #scopes = new Map<string, RecordedIntegrity>();
  readonly #archives = new Map<string, RecordedArchives>();

  constructor(options: FastpullOptions) {
    const { clock = systemClock, random = systemRandom, userAgent } = options;
    this.#options = options;
    this.scope = checkScope(options.scope ?? 'local');
    this.#runFolder = new RunFolder(`${options.root}/tmp`, clock, random);
    this.#parts = openParts(options, this.#runFolder.folder('incoming'));
    this.storesFolder = this.#parts.storesFolder;
    this.blos = this.#parts.blos;
    const { maxPauseMs } = options;
    this.#fetcher =
      options.fetcher ?? new Fetcher({ clock, random, budget: defaultBudget, userAgent, maxPauseMs });
    const shared = {
      fetcher: this.#fetcher,
      credentials: options.credentials,
      isOffline: options.offline ?? false,
      onProblem: options.onProblem ?? (() => {}),
    };
    this.pages = new KeptPages({
      ...shared,
      clock,
      records: this.#parts.records('fetch_cache', collectionKeys.pages),
      isImmediate: options.immediate ?? false,
    });
    this.#spider = new Spider({
      ...shared,
      random,
      blos: this.blos,
      locks: this.#parts.locks,
      atOnce: options.downloadsAtOnce ?? 20,
      folder: this.#runFolder.folder('spider'),
      scopeOf: (name) => this.integrity(name),
    });
  }

  get parts(): FastpullParts {
    return this.#parts;
  }

  integrity(scope = this.scope): IntegrityScope {
    return kept(this.#scopes, scope, () => {
      const records = this.#parts.records(`integrity/${checkScope(scope)}`, collectionKeys.integrity);
      return new RecordedIntegrity({ ...this.#parts, scope, records });
    });
  }

  dynamic(scope = this.scope): RecordedArchives {
    return kept(this.#archives, scope, () => {
      const records = this.#parts.records(`dynamic/${checkScope(scope)}`, collectionKeys.dynamic);
      return new RecordedArchives({ ...this.#parts, scope, records });
    });
  }

  temporaryFolder(purpose: string): string {
    return this.#runFolder.own(purpose);
  }

  watchPauses: Fastpull['watchPauses'] = (listener) => this.#fetcher.watchPauses(listener);

  download: Fastpull['download'] = (request) => this.#spider.download(request);

  async pack(folder: string, finalName: string, options: PackOptions = {}): Promise<Packed> {
    return await this.#packing.run(async () => {
      const path = `${this.#runFolder.own('archive_create')}/archive`;
      const packed = await packFolder(folder, { finalName, path }, options);
      return { ...packed, blob: await this.blos.insertFile(path, { move: true }) };
    });
  }

  unpack: Fastpull['unpack'] = (of, folder, options) => unpackArchive(of, folder, options);

  ledger(name: 'generated' | 'distdir'): RecordedLedger {
    return new RecordedLedger(this.#parts.records(name, collectionKeys.ledger));
  }

  addressOf(sha512: string): string {
    const host = this.#options.distfilesHost;
    if (!host) throw fault('FPL017', { what: 'it is not set where distfiles will be found' });
    return `${host.replace(/\/+$/, '')}/${shelfOf(sha512)}/${sha512}`;
  }

  async settle(): Promise<void> {
    await this.#parts.later.settle();
  }

  async close(): Promise<void> {
    if (!this.#options.fetcher) this.#fetcher.close();
    try {
      await this.settle();
    } finally {
      await this.#runFolder.remove();
    }
  }
}

function openParts(options: FastpullOptions, incoming: string): FastpullParts {
  const { clock = systemClock, random = systemRandom, onProblem = () => {} } = options;
  const storesFolder = `${options.root}/stores`;
  const objects = options.objects ?? openDiskStore({ root: `${storesFolder}/objects`, clock });
  const locks = new Locks({ folder: `${storesFolder}/.locks`, clock, random });
  const later = new LaterSync();
  const blos = new DiskBlos({
    folder: blosFolder(options.root),
    incoming,
    objects,
    random,
    later,
    onProblem,
  });
  const records = (collection: string, key: KeySpecification): RecordStore => {
    // nobody else reads our ledgers
    const levels = key === collectionKeys.ledger ? 1 : 3;
    const backend = new FileBackend(`${storesFolder}/${collection}`, random, { later, levels });
    return new RecordStore({ name: collection, key, backend, onProblem });
  };
  return { storesFolder, blos, objects, locks, clock, random, later, records };
}

function kept<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  let value = map.get(name);
  if (!value) {
    value = make();
    map.set(name, value);
  }
  return value;
}

/** Opens the stores below a folder, which is made when missing. Throws SYS004 when it cannot be used, FPL016 for a scope that is no name. */
export function openFastpull(options: FastpullOptions): Fastpull & { readonly parts: FastpullParts } {
  return new OpenedFastpull(options);
}
