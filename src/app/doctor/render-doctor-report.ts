import type { DoctorReport, KernelReport, ProgramReport } from './doctor-report.ts';
import { type Family, families, installWords } from './program-table.ts';

/** Options of the text; `colour` adds terminal colours, the words are the same without. */
export interface DoctorTextOptions {
  readonly colour?: boolean;
}

const paint = (on: boolean, code: number, text: string): string =>
  on ? `\u001b[${code}m${text}\u001b[0m` : text;

/** The report for people: one line per program and feature, then what to do. Ends with a newline. */
export function renderDoctorReport(report: DoctorReport, options: DoctorTextOptions = {}): string {
  const colour = options.colour ?? false;
  const nameWidth = Math.max(...report.programs.map((one) => one.name.length));
  const now = report.programs.filter((one) => one.need !== 'later');
  const later = report.programs.filter((one) => one.need === 'later');
  return [
    `${report.distribution.name}, Linux ${report.kernel}, Node ${report.runtime}`,
    '',
    ...now.map((one) => programLine(one, nameWidth, colour)),
    '',
    ...report.features.flatMap((one) => featureLines(one, colour)),
    '',
    'for features that are not there yet:',
    ...later.map((one) => programLine(one, nameWidth, colour)),
    '',
    ...closing(report),
    '',
  ].join('\n');
}

function programLine(one: ProgramReport, nameWidth: number, colour: boolean): string {
  const isLacking = one.finding === 'missing' || one.finding === 'too-old';
  const tint = !isLacking ? 32 : one.need === 'required' ? 31 : 33;
  const version = one.finding === 'too-old' ? `${one.version} < ${one.minimum}` : (one.version ?? '');
  const how = isLacking && one.install ? `  (${one.install})` : '';
  const words = `${one.finding.padEnd(8)}${one.name.padEnd(nameWidth + 1)} ${version.padEnd(12)}`;
  return `${paint(colour, tint, words)} ${one.need.padEnd(9)} ${one.feature}: ${one.why}${how}`;
}

function featureLines(one: KernelReport, colour: boolean): string[] {
  const word = one.ok ? 'ok' : one.required ? 'missing' : 'absent';
  const head = paint(colour, one.ok ? 32 : one.required ? 31 : 33, `${word.padEnd(8)}${one.name}`);
  const line = `${head} - ${one.feature}: ${one.detail}`;
  return one.next ? [line, `        ${one.next}`] : [line];
}

function closing(report: DoctorReport): string[] {
  const lacking = report.programs.filter(
    (one) => (one.finding === 'missing' || one.finding === 'too-old') && one.need !== 'later',
  );
  if (lacking.length === 0) {
    return [report.ready ? 'everything packmill needs is here' : 'a kernel feature is missing; see above'];
  }
  if (report.install) return [`to install what is missing: ${report.install}`];
  const commandOf = (family: Family): string => {
    const names = [...new Set(lacking.flatMap((one) => one.packages[family].split(' ')))].sort();
    return `  ${family.padEnd(7)} ${installWords[family]} ${names.join(' ')}`;
  };
  return ['to install what is missing, one of:', ...families.map(commandOf)];
}
