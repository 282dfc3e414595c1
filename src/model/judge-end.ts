import { type Code, problem } from '../diagnostics/index.ts';
import { formatBytes } from '../primitives/index.ts';
import type { Outcome } from './job.ts';
import type { Verdict } from './recipe-kind.ts';
import type { Step, StepEnd } from './step.ts';

/** A failed job with what went wrong. */
export const failed = (code: Code, what: string): Extract<Outcome, { kind: 'failed' }> => ({
  kind: 'failed',
  problem: problem(code, { what }),
});

/** What a step's end means for the recipe of that name, whatever its kind; of exit codes other than 0 only the kind knows. */
export function judgeEnd(
  name: string,
  step: Step,
  end: StepEnd,
  judgeCode: (code: number) => Verdict,
): Verdict {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? 'continue' : judgeCode(end.code);
    case 'timed-out':
      return { kind: 'timed-out', limitMs: end.limitMs };
    case 'canceled':
      return { kind: 'canceled', requeue: false, reason: 'canceled while running' };
    case 'out-of-memory':
      return failed('BLD010', `'${name}' reached ${formatBytes(end.limitBytes)} of memory`);
    case 'too-much-output':
      return failed('BLD011', `'${name}' wrote more than ${formatBytes(end.limitBytes)} of log`);
    case 'signalled':
      return failed('BLD012', `'${name}' was ended by ${end.signal} in the ${step.name} phase`);
  }
}
