import type { Problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';
import type { Clock, Random } from '../host/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { Credentials, Fastpull } from './contract.ts';

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
  /** Where objects will be found by everybody, as `https://cdn.example`. */
  readonly distfilesHost: string;
  /** By host name. */
  readonly credentials?: Readonly<Record<string, Credentials>> | undefined;
  readonly userAgent?: string | undefined;
  /** Asks for every page again, however fresh the kept one is. */
  readonly immediate?: boolean | undefined;
  /** Asks nobody: what is not here is FPL005. */
  readonly offline?: boolean | undefined;
  /** Downloads under way at the same time; default 20. */
  readonly downloadsAtOnce?: number | undefined;
  /** Told of what was put right by itself: unreadable records, objects that are gone, stale pages. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

/** Opens the stores below a folder, which is made when missing. Throws SYS004 when it cannot be used. */
export function openFastpull(options: FastpullOptions): Fastpull {
  throw new Error(`fastpull below '${options.root}' is being written`);
}
