export { classTexts, type FailureClass, failureClasses } from './failure-class.ts';
export { failureRules } from './failure-rules.table.ts';
export { FailureScan, type FoundPhase, type LogFindings } from './failure-scan.ts';
export { normaliseLine, signatureOf } from './failure-signature.ts';
export type { FailureEvidence } from './hit.ts';
export { type AttemptEndFacts, type Failure, judgeFailure } from './judge-failure.ts';
export { type PhaseKind, phaseMarks } from './phase-marks.table.ts';
export { plainLine } from './plain-line.ts';
