import type { FailureClass } from './failure-class.ts';
import type { LogFindings } from './failure-scan.ts';
import { signatureOf } from './failure-signature.ts';
import type { FailureEvidence, Hit } from './hit.ts';
import type { PhaseKind } from './phase-marks.table.ts';
import type { TroubleSpot, TroubleSpots } from './trouble-spots.ts';

/** What the record says of the end of an attempt; the log may not. */
export interface AttemptEndFacts {
  readonly timedOut: boolean;
  /** Code of the problem that it failed with. */
  readonly code: string | undefined;
}

/** Why an attempt failed. */
export interface Failure {
  readonly class: FailureClass;
  /** Kind of the phase that it failed in. */
  readonly phase: PhaseKind;
  /** Id of the rule that decided; undefined: what the record says. */
  readonly rule: string | undefined;
  /** The first line with the error itself; undefined when the log has none. */
  readonly first: FailureEvidence | undefined;
  /** Lines that show it, the first among them, in their order; at most six. */
  readonly evidence: readonly FailureEvidence[];
  /** The same for failures that are the same; see `signatureOf`. */
  readonly signature: string;
}

const mostEvidence = 6;

/** Classes that codes of problems stand for, whatever else is in the log. */
const classOfCode: Readonly<Record<string, FailureClass>> = {
  BLD009: 'missing-dependency',
  BLD010: 'out-of-memory',
  BLD011: 'log-limit',
};
/** The same, for logs that say nothing. */
const usualClassOfCode: Readonly<Record<string, FailureClass>> = {
  BLD002: 'network',
  BLD003: 'packaging',
  BLD004: 'packaging',
  BLD005: 'packaging',
  BLD006: 'packaging',
  BLD007: 'script-error',
  BLD008: 'missing-dependency',
  BLD012: 'crash',
  BLD013: 'script-error',
  BLD014: 'permission',
  BLD015: 'permission',
  BLD016: 'network',
  BLD019: 'missing-dependency',
  BLD020: 'signature',
  BLD021: 'checksum',
};

/** Decides why an attempt failed, from what was found in its log and what the record says. */
export function judgeFailure(findings: LogFindings, end: AttemptEndFacts): Failure {
  const decided = end.timedOut ? 'time-out' : end.code === undefined ? undefined : classOfCode[end.code];
  const trouble =
    findings.troubles.findLast(({ spots }) => spots.spots.length > 0) ?? findings.troubles.at(-1);
  const lastPhase = findings.phases.findLast(({ kind }) => kind !== 'publish')?.kind ?? 'other';
  const phase = trouble?.kind ?? lastPhase;
  const found = trouble && decisive(trouble.spots, phase);
  const hits = found?.hits ?? [];
  if (decided !== undefined) {
    const shown = hits.filter((hit) => hit.class === decided);
    return failure({ class: decided, phase, rule: undefined }, shown.length > 0 ? shown : hits.slice(0, 1));
  }
  const [first] = hits;
  if (first) return failure({ class: first.class, phase, rule: first.rule }, hits);
  const byCode = end.code === undefined ? undefined : usualClassOfCode[end.code];
  const messenger = found?.spot?.messenger;
  const facts = { class: byCode ?? ('unknown' as const), phase, rule: undefined };
  return failure(facts, messenger ? [messenger] : []);
}

function failure(
  facts: Pick<Failure, 'class' | 'phase' | 'rule'>,
  lines: readonly FailureEvidence[],
): Failure {
  const evidence = lines.slice(0, mostEvidence).map(({ line, offset, text }) => ({ line, offset, text }));
  const [first] = evidence;
  evidence.sort((a, b) => a.line - b.line);
  return { ...facts, first, evidence, signature: signatureOf(facts.class, first?.text) };
}

/** The lines that decide, the most telling first. */
function decisive(
  spots: TroubleSpots,
  phase: PhaseKind,
): { readonly hits: readonly Hit[]; readonly spot: TroubleSpot | undefined } {
  const isTelling = ({ weight }: Hit): boolean => weight !== 'hint';
  const spot =
    spots.spots.findLast(({ before, after }) => [...before, ...after].some(isTelling)) ?? spots.spots.at(-1);
  if (!spot) {
    const { first, last, hint } = spots.loose();
    const hits = [first, last, hint].filter((hit) => hit !== undefined);
    return { hits: uniqueLines(hits), spot: undefined };
  }
  const around = [...spot.before, ...spot.after];
  const ends = around.filter(({ weight }) => weight === 'end');
  const own = spot.hint ? [spot.hint] : [];
  const causes = [...spot.before, ...own, ...spot.after].filter(isTelling);
  const hints = [...spot.before, ...own, ...spot.after].filter((hit) => !isTelling(hit));
  const tests = phase === 'check' ? causes.filter((hit) => hit.class === 'test-failure') : [];
  const first = ends[0] ?? tests[0] ?? causes[0] ?? spotHint(hints);
  if (!first) return { hits: [], spot };
  const alike = around.filter((hit) => hit !== first && hit.class === first.class && hit.line > first.line);
  return { hits: uniqueLines([first, ...alike]), spot };
}

/** Of hints the one that names a class of its own, before one that only says "error". */
const spotHint = (hints: readonly Hit[]): Hit | undefined =>
  hints.find(({ rule }) => rule === 'script-message' || rule === 'test-summary') ?? hints[0];

const uniqueLines = (hits: readonly Hit[]): readonly Hit[] =>
  hits.filter((hit, at) => hits.findIndex(({ line }) => line === hit.line) === at);
