import type { FarmEvent } from '../../model/index.ts';
import { parseJobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';

/** What `packmill logs` is given for a job: the pkgbase where that means it, else the whole id. */
export function logsName(farm: Pick<Farm, 'config'>, job: string): string {
  const parts = parseJobId(job);
  const { repository, arch } = farm.config;
  return parts?.target === repository && parts.arch === arch ? parts.name : job;
}

/** Lines about jobs that failed, for who watches a manager: one each, and one for all that they block. */
export class FailureLines {
  readonly #farm: Pick<Farm, 'config'>;
  readonly #say: (line: string) => void;
  #failed: string[] = [];
  #blocked = 0;

  constructor(farm: Pick<Farm, 'config'>, say: (line: string) => void) {
    this.#farm = farm;
    this.#say = say;
  }

  /** Hears an event; what is said of it follows once all events of its transaction were heard. */
  hear(event: FarmEvent): void {
    if (event.kind !== 'job-moved') return;
    const isFailure = event.to === 'failed' || event.to === 'timed-out';
    if (!isFailure && event.to !== 'blocked') return;
    if (this.#failed.length === 0 && this.#blocked === 0) queueMicrotask(() => this.#flush());
    if (isFailure) this.#failed.push(this.#lineOf(event));
    else this.#blocked += 1;
  }

  #lineOf({ job, to, reason }: Extract<FarmEvent, { kind: 'job-moved' }>): string {
    const { name, target, arch } = parseJobId(job) ?? { name: job, target: '', arch: '' };
    // a build that failed names its code in the reason
    const why = to === 'timed-out' ? `timed out${reason ? `: ${reason}` : ''}` : reason;
    return `failed ${name} of ${target}/${arch}: ${why} (packmill logs ${logsName(this.#farm, job)})`;
  }

  #flush(): void {
    const [failed, blocked] = [this.#failed, this.#blocked];
    this.#failed = [];
    this.#blocked = 0;
    for (const line of failed) this.#say(line);
    if (blocked > 0)
      this.#say(`blocked by failed dependencies: ${blocked} ${blocked === 1 ? 'job' : 'jobs'}`);
  }
}
