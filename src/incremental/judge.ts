import { type Problem, problem } from '../diagnostics/index.ts';
import { nearestWords } from '../primitives/index.ts';
import { absent, emptyDigest, type Look } from './look.ts';
import type { Reason } from './reasons.ts';
import type { Making, Record } from './record.ts';
import { type Rules, use } from './rules.ts';

/** How the targets of a build stand. */
export const states = {
  waiting: 0,
  current: 1,
  made: 2,
  failed: 3,
  blocked: 4,
  pinned: 5,
  would: 6,
} as const;

export interface Judgement {
  readonly state: 'current' | 'pinned' | 'stale' | 'impossible';
  /** Why it is stale. */
  readonly reasons: readonly Reason[];
  /** Why it is impossible. */
  readonly problem?: Problem;
}

const fine: Judgement = { state: 'current', reasons: [] };

export interface JudgeInput {
  readonly rules: Rules;
  readonly record: Record;
  readonly look: Look;
  /** State of each target in this build. */
  readonly states: Uint8Array;
  readonly mode: 'content' | 'time';
}

/** Says whether a target is up to date, and if not, why. */
export class Judge {
  readonly #in: JudgeInput;

  constructor(input: JudgeInput) {
    this.#in = input;
  }

  async judge(target: number): Promise<Judgement> {
    const { rules, look, mode } = this.#in;
    const { seed, pin } = rules.targets[target] ?? {};
    const outputs = rules.outputsOf(target);
    const missing = Array.from(outputs).filter((file) => !look.isThere(file));
    if (pin === true && this.#isPinned(target, outputs[0] ?? -1)) return { state: 'pinned', reasons: [] };
    if (seed === true && missing.length === 0) return fine;
    const unmakeable = this.#unmakeable(target);
    if (unmakeable !== undefined) return { state: 'impossible', reasons: [], problem: unmakeable };
    const reasons: Reason[] = missing.map((file) => ({ kind: 'missing', path: rules.files[file] as string }));
    if (mode === 'time') reasons.push(...this.#byTime(target));
    else if (seed !== true) reasons.push(...(await this.#byContent(target)));
    return reasons.length === 0 ? fine : { state: 'stale', reasons };
  }

  /** An empty file, other than one that was made here and had nothing to say. */
  #isPinned(target: number, file: number): boolean {
    const { record, look, mode } = this.#in;
    if (!look.isEmpty(file)) return false;
    const isOurs = mode === 'content' && record.making(target)?.outputs[0] === emptyDigest;
    return !isOurs || !look.isAsRecorded(file);
  }

  /** Signs of the inputs that count, by which the next build sees whether one has changed. */
  async inputSigns(target: number): Promise<(readonly [path: string, sign: string])[]> {
    const { rules } = this.#in;
    const signs: (readonly [string, string])[] = [];
    for (const [file, bits] of rules.inputsOf(target)) {
      if (use.by(bits) === 'order') continue;
      signs.push([rules.files[file] as string, await this.#sign(file, bits)]);
    }
    return signs;
  }

  /** Whether an input is there for a target, which it is not when its making failed. */
  has(file: number): boolean {
    const { rules, look, states: all } = this.#in;
    const maker = rules.maker[file] as number;
    const state = maker === -1 ? states.current : (all[maker] as number);
    return state !== states.failed && state !== states.blocked && look.isThere(file);
  }

  async #sign(file: number, bits: number): Promise<string> {
    const { look } = this.#in;
    if (!this.has(file)) return absent;
    const digest = await look.digest(file);
    return use.by(bits) === 'time' ? `${digest} ${look.modifiedMs(file)}` : digest;
  }

  #unmakeable(target: number): Problem | undefined {
    const { rules, look } = this.#in;
    for (const [file, bits] of rules.inputsOf(target)) {
      const maker = rules.maker[file] as number;
      // what makes it has had its turn, unless it is left out of this build
      const isToCome = maker !== -1 && this.#in.states[maker] !== states.waiting;
      if (use.isOptional(bits) || isToCome || look.isThere(file)) continue;
      const path = rules.files[file] as string;
      if (maker !== -1) return leftOut(rules.targets[target]?.name, path);
      const near = nearestWords(
        path,
        rules.files.filter((other) => other !== path),
      );
      return problem('INC002', {
        what: `'${rules.targets[target]?.name}' needs '${path}', which is not there, and no target makes it`,
        ...(near === undefined ? {} : { next: `Did you mean ${near}?` }),
      });
    }
    return undefined;
  }

  #upstream(target: number): Reason[] {
    const { rules, states: all } = this.#in;
    const reasons: Reason[] = [];
    for (const [file, bits] of rules.inputsOf(target)) {
      const maker = rules.maker[file] as number;
      if (maker === -1 || all[maker] !== states.would || use.by(bits) === 'order') continue;
      const name = rules.targets[maker]?.name ?? '';
      reasons.push({ kind: 'upstream', path: rules.files[file] as string, target: name });
    }
    return reasons;
  }

  /** As make has it: older than one of its inputs. */
  #byTime(target: number): Reason[] {
    const { rules, look } = this.#in;
    const reasons = this.#upstream(target);
    const there = Array.from(rules.outputsOf(target)).filter((file) => look.isThere(file));
    const oldestMs = Math.min(...there.map((file) => look.modifiedMs(file)));
    for (const [file, bits] of rules.inputsOf(target)) {
      if (use.by(bits) === 'order' || !this.has(file)) continue;
      if (look.modifiedMs(file) > oldestMs)
        reasons.push({ kind: 'newer', path: rules.files[file] as string });
    }
    return reasons;
  }

  async #byContent(target: number): Promise<Reason[]> {
    const { rules, record, look } = this.#in;
    const making = record.making(target);
    const reasons = this.#upstream(target);
    if (making === undefined) return [{ kind: 'new' }, ...reasons];
    if (making.mark !== (rules.targets[target]?.mark ?? '')) reasons.push({ kind: 'mark' });
    reasons.push(...inputReasons(making, await this.inputSigns(target)));
    for (const [at, file] of rules.outputsOf(target).entries()) {
      if (look.isThere(file) && (await look.digest(file)) !== making.outputs[at]) {
        reasons.push({ kind: 'altered', path: rules.files[file] as string });
      }
    }
    return reasons;
  }
}

const leftOut = (name: string | undefined, path: string): Problem =>
  problem('INC002', {
    what: `'${name}' needs '${path}', which is not there, and what makes it is left out of this build`,
    next: 'Make it first, or leave it in.',
  });

function inputReasons(making: Making, signs: readonly (readonly [string, string])[]): Reason[] {
  const reasons: Reason[] = [];
  const before = new Map(making.inputs);
  for (const [path, sign] of signs) {
    const was = before.get(path);
    before.delete(path);
    if (was === sign) continue;
    if (was === undefined) reasons.push({ kind: 'added', path });
    else if (was === absent) reasons.push({ kind: 'appeared', path });
    else reasons.push({ kind: sign === absent ? 'vanished' : 'changed', path });
  }
  for (const path of before.keys()) reasons.push({ kind: 'removed', path });
  return reasons;
}
