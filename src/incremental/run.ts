import { isFault } from '../diagnostics/index.ts';
import type { Journal } from './journal.ts';
import { Judge, states } from './judge.ts';
import { emptyDigest, Look } from './look.ts';
import { makeTarget, type Workshop } from './make-target.ts';
import type { Reason } from './reasons.ts';
import type { Record } from './record.ts';
import { type Memory, seenFiles } from './remember.ts';
import {
  type BuildFailure,
  type BuildOptions,
  type BuildReport,
  failureOf,
  type IncrementalInput,
} from './report.ts';
import { type Rules, use } from './rules.ts';
import type { SeenFiles } from './unchanged/index.ts';

interface RunInput extends IncrementalInput {
  readonly mode: 'content' | 'time';
  readonly rules: Rules;
  readonly record: Record;
  readonly journal: Journal;
  readonly options: BuildOptions;
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** One build: looks at the files, then goes through the targets as what they need is done. */
export class Run {
  readonly #in: RunInput;
  readonly #look: Look;
  readonly #judge: Judge;
  readonly #states: Uint8Array;
  /** 1: has to be judged. */
  readonly #suspect: Uint8Array;
  /** 1: goes through this build. */
  readonly #needed: Uint8Array;
  /** 1: made whatever the judgement. */
  readonly #forced: Uint8Array;
  readonly #shop: Workshop;
  readonly #stop = new AbortController();
  readonly #report: Writable<BuildReport> & {
    made: string[];
    would: { target: string; reasons: readonly Reason[] }[];
    pinned: string[];
    failed: BuildFailure[];
    blocked: { target: string; by: string }[];
  } = { made: [], would: [], pinned: [], failed: [], blocked: [], current: 0, end: 'complete' };
  /** Whether anything is to be recorded. */
  isRecordChanged = false;

  constructor(input: RunInput) {
    const { rules, record, root, mode, clock, options, state, journal } = input;
    const count = rules.targets.length;
    this.#in = input;
    this.#look = new Look({ rules, record, root, nowMs: () => clock.nowMs() });
    this.#states = new Uint8Array(count);
    this.#suspect = new Uint8Array(count);
    this.#needed = new Uint8Array(count);
    this.#forced = new Uint8Array(count);
    this.#judge = new Judge({ rules, record, look: this.#look, states: this.#states, mode });
    const signal =
      options.signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, options.signal]);
    const making = `${state}/making`;
    this.#shop = { rules, record, look: this.#look, judge: this.#judge, journal, root, making, mode, signal };
  }

  async all(): Promise<BuildReport> {
    const { rules, record, mode } = this.#in;
    this.#choose();
    this.#lookAround();
    const isAllWell =
      mode === 'content' &&
      record.isSame &&
      !this.#needed.some(
        (needed, target) => needed === 1 && (this.#suspect[target] === 1 || this.#forced[target] === 1),
      );
    if (isAllWell) {
      this.#report.current = this.#needed.reduce((sum, one) => sum + one, 0);
      return this.#report;
    }
    this.isRecordChanged = true;
    await this.#goThrough(rules.order());
    return this.#report;
  }

  /** What is to be recalled of this build, when it had nothing to do; undefined when it had, or when something is not sure. */
  seen(memory: Memory): SeenFiles | undefined {
    const { rules, root, mode } = this.#in;
    const { made, would, pinned, failed, blocked, end } = this.#report;
    const busy = made.length + would.length + pinned.length + failed.length + blocked.length;
    if (busy > 0 || end !== 'complete' || mode !== 'content') return undefined;
    const isToLook = this.#filesToLookAt();
    const files = Array.from(rules.files.keys()).filter(
      (file) => isToLook === undefined || isToLook[file] === 1,
    );
    return seenFiles({ rules, look: this.#look, root }, files, memory);
  }

  /** Which targets go through this build. */
  #choose(): void {
    const { rules, options } = this.#in;
    const { goals = [], only = [], skip = [], force = [] } = options;
    const numbers = (names: readonly string[]): number[] => names.map((name) => rules.targetNumber(name));
    for (const target of numbers(force)) this.#forced[target] = 1;
    if (only.length > 0) for (const target of numbers(only)) this.#needed[target] = 1;
    else if (goals.length === 0) this.#needed.fill(1);
    else {
      const waiting = numbers(goals);
      for (let target = waiting.pop(); target !== undefined; target = waiting.pop()) {
        if (this.#needed[target] === 1) continue;
        this.#needed[target] = 1;
        for (const [file] of rules.inputsOf(target)) {
          const maker = rules.maker[file] as number;
          if (maker !== -1) waiting.push(maker);
        }
      }
    }
    for (const target of numbers(skip)) this.#needed[target] = 0;
  }

  /** Looks at the files; whoever reads or makes one that is not as recorded is a suspect. */
  #lookAround(): void {
    const { rules, record, options, mode } = this.#in;
    const { touched } = options;
    const isToLook = this.#filesToLookAt();
    const known =
      touched !== undefined && record.isSame
        ? new Set(touched.map((path) => rules.fileNumber(path)))
        : undefined;
    if (known !== undefined) this.#look.trustAll();
    for (let file = 0; file < rules.files.length; file += 1) {
      if (isToLook !== undefined && isToLook[file] === 0) continue;
      if (known !== undefined && !known.has(file) && !this.#look.isUnsure(file)) continue;
      if (!this.#look.at(file)) continue;
      const maker = rules.maker[file] as number;
      if (maker !== -1) this.#suspect[maker] = 1;
      for (const consumer of rules.consumersOf(file)) this.#suspect[consumer] = 1;
    }
    for (let target = 0; target < rules.targets.length; target += 1) {
      if (this.#suspect[target] === 1) record.current[target] = 0;
      else if (mode === 'time' || record.current[target] !== 1) this.#suspect[target] = 1;
    }
  }

  /** Files of the targets that go through; undefined for all. */
  #filesToLookAt(): Uint8Array | undefined {
    const { rules } = this.#in;
    if (this.#needed.every((one) => one === 1)) return undefined;
    const files = new Uint8Array(rules.files.length);
    for (let target = 0; target < rules.targets.length; target += 1) {
      if (this.#needed[target] !== 1) continue;
      for (const [file] of rules.inputsOf(target)) files[file] = 1;
      for (const file of rules.outputsOf(target)) files[file] = 1;
    }
    return files;
  }

  async #goThrough(order: Uint32Array): Promise<void> {
    const { rules, options } = this.#in;
    const { jobs = 1 } = options;
    const pending = new Int32Array(rules.targets.length);
    const ready: number[] = [];
    for (const target of order) {
      if (this.#needed[target] !== 1) continue;
      pending[target] = this.#makersOf(target).length;
      if (pending[target] === 0) ready.push(target);
    }
    const settled = (target: number): void => {
      for (const file of rules.outputsOf(target)) {
        for (const consumer of rules.consumersOf(file)) {
          if (this.#needed[consumer] !== 1) continue;
          pending[consumer] = (pending[consumer] as number) - 1;
          if (pending[consumer] === 0) ready.push(consumer);
        }
      }
    };
    const running = new Set<Promise<void>>();
    let bug: unknown;
    for (let next = 0; next < ready.length || running.size > 0; ) {
      const isOver = this.#isStopped() || bug !== undefined;
      if (next < ready.length && running.size < jobs && !isOver) {
        const target = ready[next] as number;
        next += 1;
        if (this.#settleAtOnce(target)) settled(target);
        else {
          const work = this.#work(target).then(
            () => settled(target),
            (error: unknown) => {
              bug ??= error;
            },
          );
          running.add(work);
          void work.then(() => running.delete(work));
        }
      } else if (running.size > 0) await Promise.race(running);
      else break;
    }
    if (bug !== undefined) throw bug;
  }

  /** Targets of this build that make inputs, once for each input. */
  #makersOf(target: number): number[] {
    const { rules } = this.#in;
    return rules
      .inputsOf(target)
      .map(([file]) => rules.maker[file] as number)
      .filter((maker) => maker !== -1 && this.#needed[maker] === 1);
  }

  #isStopped(): boolean {
    const { signal, keepGoing = false } = this.#in.options;
    if (signal?.aborted === true) this.#report.end = 'canceled';
    else if (!keepGoing && this.#report.failed.length > 0) this.#report.end = 'stopped';
    return this.#report.end !== 'complete';
  }

  /** For what needs no work. */
  #settleAtOnce(target: number): boolean {
    const { rules } = this.#in;
    const by = this.#blockedBy(target);
    const name = rules.targets[target]?.name ?? '';
    if (by !== undefined) {
      this.#states[target] = states.blocked;
      this.#in.record.current[target] = 0;
      this.#report.blocked.push({ target: name, by });
      this.#in.options.onEvent?.({ kind: 'blocked', target: name, by });
      return true;
    }
    const isFine = rules.targets[target]?.make === undefined;
    if (!isFine && (this.#suspect[target] === 1 || this.#forced[target] === 1)) return false;
    this.#markCurrent(target);
    return true;
  }

  #blockedBy(target: number): string | undefined {
    const { rules } = this.#in;
    for (const [file, bits] of rules.inputsOf(target)) {
      const maker = rules.maker[file] as number;
      if (maker === -1 || use.isOptional(bits)) continue;
      const state = this.#states[maker];
      if (state === states.failed || state === states.blocked) return rules.targets[maker]?.name ?? '';
    }
    return undefined;
  }

  #markCurrent(target: number): void {
    this.#states[target] = states.current;
    this.#in.record.current[target] = 1;
    this.#report.current += 1;
  }

  async #work(target: number): Promise<void> {
    const { rules, clock, options } = this.#in;
    const name = rules.targets[target]?.name ?? '';
    const startedMs = clock.monotonicMs();
    const tail: string[] = [];
    try {
      const { state, reasons: found, problem } = await this.#judge.judge(target);
      const isForced = this.#forced[target] === 1;
      const reasons: readonly Reason[] = isForced ? [{ kind: 'forced' }, ...found] : found;
      if (state === 'impossible' && problem !== undefined) {
        this.#fail(target, { target: name, problem, durationMs: 0, tail });
      } else if (state === 'pinned') this.#pin(target, name);
      else if (state === 'current' && !isForced) this.#markCurrent(target);
      else if (options.dryRun === true) {
        this.#states[target] = states.would;
        this.#report.would.push({ target: name, reasons });
        this.#spread(Array.from(rules.outputsOf(target)));
      } else await this.#make(target, reasons, tail);
    } catch (error) {
      const isOurs = isFault(error) || !(error instanceof TypeError || error instanceof RangeError);
      if (!isOurs) throw error;
      const durationMs = Math.round(clock.monotonicMs() - startedMs);
      this.#fail(target, { target: name, problem: failureOf(name, error), durationMs, tail });
    }
  }

  async #make(target: number, reasons: readonly Reason[], tail: string[]): Promise<void> {
    const { rules, clock, options, record } = this.#in;
    const name = rules.targets[target]?.name ?? '';
    const startedMs = clock.monotonicMs();
    options.onEvent?.({ kind: 'begun', target: name, reasons });
    const changed = await makeTarget(this.#shop, target, tail);
    this.#states[target] = states.made;
    record.current[target] = 1;
    this.#spread(changed);
    this.#report.made.push(name);
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    options.onEvent?.({ kind: 'made', target: name, durationMs, changed: changed.length > 0 });
  }

  /** Whoever reads one of these files has to be judged. */
  #spread(files: readonly number[]): void {
    const { rules, record } = this.#in;
    for (const file of files) {
      for (const consumer of rules.consumersOf(file)) {
        this.#suspect[consumer] = 1;
        record.current[consumer] = 0;
      }
    }
  }

  #pin(target: number, name: string): void {
    this.#states[target] = states.pinned;
    const { record, rules } = this.#in;
    record.current[target] = 1;
    // an empty file that others put there is a pin from now on, even where one had been made
    if (record.making(target)?.outputs[0] === emptyDigest) {
      record.setMaking(target, {
        mark: '',
        inputs: [],
        outputs: Array.from(rules.outputsOf(target), () => ''),
      });
    }
    this.#report.pinned.push(name);
    this.#in.options.onEvent?.({ kind: 'pinned', target: name });
  }

  #fail(target: number, failure: BuildFailure): void {
    const { rules, record, options } = this.#in;
    this.#states[target] = states.failed;
    record.current[target] = 0;
    // those that can do without it have to know that it is gone
    this.#spread(Array.from(rules.outputsOf(target)));
    this.#report.failed.push(failure);
    options.onEvent?.({ kind: 'failed', failure });
  }
}
