import type { UpkeepRun, UpkeepRunReply } from '../../api/index.ts';
import type { UpkeepConfig } from '../../config/index.ts';
import { isFault } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import type { Farm } from '../farm.ts';
import { SourceClone } from './upkeep-clone.ts';
import { RunLine } from './upkeep-line.ts';
import { upkeepFolder } from './upkeep-look.ts';
import {
  awaitsPush,
  dueTimes,
  keepUpkeep,
  recallUpkeep,
  runKey,
  type UpkeepMemory,
  withoutRunning,
} from './upkeep-memory.ts';
import { countPackages } from './upkeep-packages.ts';
import { asFault, failedToBegin, performRun, type RunOutcome, type WantedRun } from './upkeep-run.ts';
import { upkeepEnvironment, upkeepSecrets, upkeepSsh } from './upkeep-surroundings.ts';

export interface SourceParts {
  readonly farm: Farm;
  readonly source: string;
  readonly config: UpkeepConfig;
  /** Where runs reach this manager, and their token. */
  readonly manager: { readonly url: string; readonly token: string };
  readonly say: (line: string) => void;
  /** What runs do where they are no pipelines of a repository of PKGBUILDs. */
  readonly own?: SourceWork | undefined;
  /** Told of what keeps it from its work, or (undefined) that nothing does. */
  readonly trouble: (error: unknown) => void;
}

/** What came of a run that was performed. */
export interface Performed {
  readonly outcome: RunOutcome;
  /** The commit that it was for. */
  readonly head: string | undefined;
}

/** Runs of a source that has no pipelines of its own: autogens, or a release. */
export interface SourceWork {
  /** The newest commit of its branch. Throws GIT problems, CIF004 for a plain folder. */
  newest(signal: AbortSignal): Promise<string>;
  /** Does a run. Throws problems that keep it from its beginning. */
  perform(wanted: WantedRun, signal: AbortSignal): Promise<Performed>;
  /** How its packages stand, by state. */
  counts(): UpkeepMemory['packages'];
}

const longestDelayMs = 30 * 60_000;
const afterTroubleMs = 30_000;

/** One recipe source that is kept up to date: one run at a time, by pushes, by the clock and by hand. */
export class SourceUpkeep {
  readonly #parts: SourceParts;
  readonly #line = new RunLine();
  readonly #clone: SourceClone;
  #memory: UpkeepMemory;
  /** When the server is asked again, and how often it did not answer in a row. */
  #lookMs = 0;
  #silences = 0;
  #lookProblem: UpkeepRun['problem'] = null;
  #wake = new AbortController();
  #isBusy = false;
  /** Whether the guard of the regular run was open after the newest run. */
  #isTagged = false;

  constructor(parts: SourceParts) {
    this.#parts = parts;
    this.#clone = new SourceClone(parts);
    this.#memory = withoutRunning(recallUpkeep(parts.farm.database, parts.source));
    const nowMs = parts.farm.clock.nowMs();
    const since = Object.keys(parts.config.triggers).map((trigger) => {
      const key = runKey({ kind: 'trigger', trigger });
      return [key, this.#memory.since[key] ?? nowMs] as const;
    });
    this.#remember({ since: Object.fromEntries(since) });
  }

  get memory(): UpkeepMemory {
    return this.#memory;
  }

  /** Puts a run in the line; one that waits already is not put there twice. */
  want(wanted: WantedRun): UpkeepRunReply {
    const ahead = this.#line.put(wanted) + (this.#isBusy ? 1 : 0);
    this.#wake.abort();
    return { source: this.#parts.source, kind: wanted.kind, ahead };
  }

  /** Nothing by push or clock any more, or again; what is asked for by hand is done all the same. */
  pause(paused: boolean): void {
    this.#remember({ paused });
    this.#wake.abort();
  }

  /** Works until it is called off; a run that is going on is then ended. */
  async work(signal: AbortSignal): Promise<void> {
    const { farm, trouble } = this.#parts;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      try {
        if (await this.#turn(signal)) continue;
        await farm.clock.sleep(this.#idleMs(), AbortSignal.any([signal, this.#wake.signal]));
      } catch (error) {
        // as on a full disk: what the record does not take is tried again
        trouble(error);
        await farm.clock.sleep(afterTroubleMs, signal);
      }
    }
  }

  /** One look and one run, if there is something to do; whether there was. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    if (!this.#memory.paused) await this.#lookAround(signal);
    if (signal.aborted) return false;
    const wanted = this.#line.take();
    if (wanted === undefined) return false;
    // put in the line before the push was found to be wrong
    if (wanted.by === 'timer' && wanted.kind === 'on-schedule' && awaitsPush(this.#memory)) return true;
    this.#isBusy = true;
    try {
      await this.#run(wanted, signal);
    } finally {
      this.#isBusy = false;
    }
    return true;
  }

  /** Puts what is due in the line: the branch that moved, and what has its time. */
  async #lookAround(signal: AbortSignal): Promise<void> {
    const { config, farm } = this.#parts;
    const nowMs = farm.clock.nowMs();
    if (config['on-push'] && nowMs >= Math.max(this.#lookMs, this.#memory.retryMs ?? 0))
      await this.#look(signal);
    for (const { kind, trigger, atMs } of dueTimes(config, this.#memory, nowMs))
      if (atMs <= nowMs) this.want({ kind, by: 'timer', ...(trigger === undefined ? {} : { trigger }) });
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { config, farm } = this.#parts;
    try {
      const newest = await (this.#parts.own?.newest(signal) ?? this.#clone.open(signal).newest());
      if (newest !== this.#memory.handled) this.want({ kind: 'on-commit', by: 'push' });
      this.#silences = 0;
      this.#lookProblem = null;
    } catch (error) {
      if (signal.aborted) return;
      this.#silences += 1;
      this.#lookProblem = failedToBegin(error).problem;
    }
    this.#lookMs = farm.clock.nowMs() + delayMs(config.look, this.#silences);
    this.#tellTrouble();
  }

  async #run(wanted: WantedRun, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts.farm;
    const { kind, trigger, packages, by } = wanted;
    const key = runKey(wanted);
    const begun: UpkeepRun = {
      kind,
      ...(trigger === undefined ? {} : { trigger }),
      ...(packages === undefined ? {} : { packages: [...packages] }),
      by,
      startedMs: clock.nowMs(),
      endedMs: null,
      outcome: 'running',
      problem: null,
      scheduled: [],
      warnings: 0,
    };
    this.#remember({ running: begun });
    const performed = await this.#perform(wanted, signal);
    if (performed === 'again') return this.#takeBack(wanted);
    const { outcome, head } = performed;
    const scheduled = [...outcome.scheduled];
    const ended = { ...begun, ...outcome, scheduled, endedMs: clock.nowMs() };
    this.#remember({ running: undefined, runs: { ...this.#memory.runs, [key]: ended } });
    if (outcome.outcome === 'interrupted') return;
    this.#noteEnd(wanted, outcome);
    await this.#lookBack(wanted, outcome, head);
    if (packages === undefined) this.#tellTrouble();
  }

  /** Whether a push has to be looked at before a regular run, which otherwise ends on its guard (specification 7.2). */
  #isBehind({ kind, packages }: WantedRun, head: string): boolean {
    const isGuarded = kind === 'on-schedule' && packages === undefined && this.#parts.config['on-push'];
    return isGuarded && head !== this.#memory.handled && this.#memory.late === 0;
  }

  /** A run that came too early has its turn after the one for the push. */
  #takeBack(wanted: WantedRun): void {
    this.#remember({ running: undefined });
    this.want({ kind: 'on-commit', by: wanted.by });
    this.want(wanted);
  }

  async #perform(wanted: WantedRun, signal: AbortSignal): Promise<Performed | 'again'> {
    const { config, manager, farm, source, say } = this.#parts;
    let head: string | undefined;
    try {
      if (this.#parts.own) return await this.#parts.own.perform(wanted, signal);
      const clone = this.#clone.open(signal);
      head = await clone.refresh();
      if (this.#isBehind(wanted, head)) return 'again';
      const folder = upkeepFolder(farm, source);
      const environment = upkeepEnvironment({
        ...{ config, manager, folder },
        secrets: upkeepSecrets(config, machine.variable),
        ssh: upkeepSsh(config, folder),
        read: machine.variable,
      });
      const name = wanted.trigger ?? wanted.kind;
      const outcome = await performRun(wanted, {
        ...{ clone: clone.folder, config, environment, signal },
        say: (line) => say(`${source} ${name}: ${line}`),
      });
      // a push came in between
      const isOvertaken = outcome.problem?.code === 'CIS001' && this.#isBehind(wanted, await clone.newest());
      return isOvertaken ? 'again' : { outcome, head };
    } catch (error) {
      // a talk with the server that was called off is no trouble
      if (signal.aborted && isFault(error))
        return { outcome: { outcome: 'interrupted', problem: null, scheduled: [], warnings: 0 }, head };
      return { outcome: failedToBegin(error), head };
    }
  }

  /** What the clone says after a run: what need not be looked at again, and how the packages stand. */
  async #lookBack(wanted: WantedRun, { outcome }: RunOutcome, head: string | undefined): Promise<void> {
    if (this.#parts.own) {
      const isLooked = wanted.packages === undefined && head !== undefined && outcome !== 'later';
      this.#remember({ ...(isLooked ? { handled: head } : {}), packages: this.#parts.own.counts() });
      return;
    }
    const clone = this.#clone.opened;
    if (clone === undefined || head === undefined) return;
    const { farm } = this.#parts;
    const branch = `refs/remotes/origin/${clone.branch}`;
    const found = await clone.read(async (copy) => ({
      refs: await copy.resolve([branch, 'refs/tags/scheduled']),
      packages: await countPackages(copy, farm.clock.nowMs()),
    }));
    if (found === undefined) return;
    // what a run pushed it has looked at; what others pushed meanwhile it has not
    const tip = found.refs.get(branch);
    const isTagged = tip !== undefined && found.refs.get('refs/tags/scheduled') === tip;
    const isLooked = wanted.kind === 'on-commit' && wanted.packages === undefined && outcome !== 'later';
    const handled = isTagged ? tip : isLooked ? head : this.#memory.handled;
    this.#isTagged = isTagged;
    this.#remember({ handled, packages: found.packages, branch: clone.branch });
  }

  #noteEnd({ packages }: WantedRun, { outcome, problem }: RunOutcome): void {
    const { config, farm } = this.#parts;
    const failures = this.#memory.failures + (problem ? 1 : 0);
    // who asked for single packages sees what came of it; it says nothing of the whole
    if (packages !== undefined) {
      this.#remember({ failures });
      return;
    }
    const late = outcome === 'later' ? this.#memory.late + 1 : 0;
    const retryMs = late > 0 ? farm.clock.nowMs() + delayMs(config.look, late - 1) : undefined;
    this.#remember({ late, retryMs, failures });
  }

  /** What is the matter: the server that does not answer, a push that is wrong, else what the newest run met. */
  #tellTrouble(): void {
    const runs = Object.values(this.#memory.runs).sort((one, two) => two.startedMs - one.startedMs);
    const ofPush = awaitsPush(this.#memory) ? this.#memory.runs['on-commit']?.problem : undefined;
    const met = runs.find(
      ({ packages, problem }) => !packages && problem && !(this.#isTagged && problem.code === 'CIS001'),
    );
    const found = this.#lookProblem ?? ofPush ?? met?.problem;
    const before = this.#memory.problem;
    if (!found) {
      if (before) this.#remember({ problem: undefined });
      this.#parts.trouble(undefined);
      return;
    }
    const isSame = before?.code === found.code && before.what === found.what;
    if (!isSame) this.#remember({ problem: { ...found, sinceMs: this.#parts.farm.clock.nowMs() } });
    this.#parts.trouble(asFault(found));
  }

  /** Until the next look or the next thing that is due. */
  #idleMs(): number {
    const { config, farm } = this.#parts;
    if (this.#memory.paused) return longestDelayMs;
    const nowMs = farm.clock.nowMs();
    const due = dueTimes(config, this.#memory, nowMs)[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const look = config['on-push']
      ? Math.max(this.#lookMs, this.#memory.retryMs ?? 0)
      : Number.POSITIVE_INFINITY;
    return Math.min(longestDelayMs, Math.max(50, Math.min(due, look) - nowMs));
  }

  #remember(change: Partial<UpkeepMemory>): void {
    this.#memory = { ...this.#memory, ...change };
    keepUpkeep(this.#parts.farm.database, this.#parts.source, this.#memory);
  }
}

/** A look period, twice as long with every failure in a row. */
const delayMs = (periodMs: number, failures: number): number =>
  Math.min(Math.max(longestDelayMs, periodMs), periodMs * 2 ** Math.min(failures, 20));
