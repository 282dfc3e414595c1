import { type ChangeReport, type Finding, type FindingTopic, findingTopics } from './change-report.ts';
import { shownText } from './shown-text.ts';

/** What people call the topics of findings. */
export const topicTitles: Readonly<Record<FindingTopic, string>> = {
  suspicious: 'Suspicious',
  maintainers: 'Maintainers',
  'install-time': 'New on the systems of users',
  'build-time': 'New while reading and building',
  sources: 'Sources',
  checksums: 'Checksums',
  keys: 'Keys',
  dependencies: 'Dependencies',
  metadata: 'Other settings',
  files: 'Files',
};

/** Stands below every report: what it cannot see. */
const limits =
  'Only the recipe was compared. What the upstream project itself has changed is not part of this report.';

const verdicts = {
  none: 'nothing differs',
  minor: 'minor: versions, releases and checksums only',
  major: 'major: a person has to look at it',
} as const;

const placeOf = ({ file, line }: { file?: string; line?: number }): string =>
  file === undefined ? '' : `${shownText(file)}${line === undefined ? '' : `:${line}`}`;

/** The report for a terminal, with colours when asked for; no line end behind it. */
export function renderReportText(report: ChangeReport, look: { readonly colour: boolean }): string {
  const paint = (code: number, text: string): string =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const tint = report.size === 'major' ? 31 : 32;
  const lines = [`${paint(1, shownText(report.package))}: ${paint(tint, verdicts[report.size])}`];
  for (const { rule, what, ...place } of report.reasons) lines.push(`  ${placeOf(place)} ${what} (${rule})`);
  for (const topic of findingTopics) {
    const found = report.findings.filter((one) => one.topic === topic);
    if (found.length > 0) lines.push('', paint(1, topicTitles[topic]));
    for (const { weight, what, shown, ...place } of found) {
      const mark = weight === 'alarm' ? paint(31, '!') : '-';
      const words = [placeOf(place), what].filter(Boolean).join(' ');
      lines.push(`  ${mark} ${words}${shown === undefined ? '' : `: ${shown}`}`);
    }
  }
  return [...lines, '', limits].join('\n');
}

/** So many lines of one topic are written out. */
const mostLines = 25;

/**
 * The report in Markdown for the body of a merge or pull request, of at most `limit` characters (default 20,000,
 * at least 500). Whatever the recipe says stands in code spans, so that it neither formats nor mentions anything.
 */
export function renderReportMarkdown(report: ChangeReport, limit = 20_000): string {
  const lines = [`**${verdicts[report.size]}**`, '', limits];
  const alarms = report.findings.filter(({ weight }) => weight === 'alarm').length;
  if (alarms > 0) lines.push('', `${alarms} of ${report.findings.length} findings deserve a look first (⚠).`);
  for (const topic of findingTopics) {
    const found = report.findings.filter((one) => one.topic === topic);
    if (found.length > 0) lines.push('', `#### ${topicTitles[topic]}`, '', ...listed(found.map(findingLine)));
  }
  if (report.reasons.length > 0) {
    const reasons = report.reasons.map(({ what, ...place }) => `- ${code(placeOf(place))} ${code(what)}`);
    lines.push(
      '',
      report.size === 'major' ? '#### Why it is major' : '#### What differs',
      '',
      ...listed(reasons),
    );
  }
  return bounded(lines, Math.max(500, limit));
}

function findingLine({ weight, what, shown, ...place }: Finding): string {
  const where = placeOf(place);
  const parts = [weight === 'alarm' ? '- ⚠' : '-', where && code(where), what].filter(Boolean).join(' ');
  return shown === undefined ? parts : `${parts}: ${code(shown)}`;
}

/** A code span that its text cannot leave. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(text) || text === '' ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

function listed(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), `- … and ${lines.length - mostLines} more`];
}

function bounded(lines: readonly string[], limit: number): string {
  const rest = '\n\n… cut here: the whole report is in the log of the run.';
  const whole = lines.join('\n');
  if (whole.length <= limit) return whole;
  let text = '';
  for (const line of lines) {
    if (text.length + line.length + 1 + rest.length > limit) break;
    text += text === '' ? line : `\n${line}`;
  }
  return `${text}${rest}`;
}
