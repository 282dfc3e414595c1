import type { ImportReport } from './import-report.ts';
import { type ImportFinding, type ImportRule, type ImportRuleName, importRules } from './import-rules.ts';

const weights: Readonly<Record<ImportRule['weight'], string>> = {
  act: 'To do',
  differs: 'Behaves differently',
  note: 'Good to know',
};

/** How many findings of one rule a text for people lists; JSON has all. */
const listed = 20;

/** The report for a terminal. With `all` no list is shortened. */
export function renderImportText(report: ImportReport, options: { readonly all: boolean }): string {
  const lines = [...summary(report), ''];
  for (const [weight, title] of Object.entries(weights)) {
    const rules = rulesOf(report, weight);
    if (rules.length === 0) continue;
    lines.push(`${title}:`, '');
    for (const rule of rules) lines.push(...ruleText(report, rule, options.all), '');
  }
  if (report.findings.length === 0) lines.push('Nothing behaves differently.', '');
  return lines.join('\n').trimEnd();
}

/** The report as Markdown, for an issue or a wiki page. */
export function renderImportMarkdown(report: ImportReport, options: { readonly all: boolean }): string {
  const lines = [`# What changes for ${code(report.repository)}`, ''];
  for (const line of summary(report)) lines.push(`- ${marked(line)}`);
  for (const [weight, title] of Object.entries(weights)) {
    const rules = rulesOf(report, weight);
    if (rules.length === 0) continue;
    lines.push('', `## ${title}`);
    for (const name of rules) {
      const rule: ImportRule = importRules[name];
      const found = findingsOf(report, name);
      lines.push('', `### ${marked(rule.title)} (${found.length})`, '');
      lines.push(`Until now: ${marked(rule.was)}  `, `With packmill: ${marked(rule.is)}  `);
      if (rule.next !== undefined) lines.push(`Next: ${marked(rule.next)}`);
      lines.push('');
      const shown = options.all ? found : found.slice(0, listed);
      for (const finding of shown) lines.push(`- ${code(placeOf(finding))}: ${marked(finding.what)}`);
      if (shown.length < found.length) lines.push(`- and ${found.length - shown.length} more`);
    }
  }
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

function summary({ repository, packages, touched, findings, tree }: ImportReport): readonly string[] {
  const cycles = tree.cycles.length === 1 ? '1 circle' : `${tree.cycles.length} circles`;
  return [
    `${repository}: ${packages} packages, ${findings.length} findings in ${touched} of them`,
    `dependency tree: ${tree.oldEdges} edges by the old rule, ${tree.newEdges} by the new one ` +
      `(${tree.vanished} vanish, ${tree.appeared} appear, ${cycles})`,
    `${tree.byProvides} of the new edges rest on a provided name; those that a database in CI_LIB_DB offers vanish too`,
  ];
}

function rulesOf(report: ImportReport, weight: string): readonly ImportRuleName[] {
  return (Object.keys(report.counts) as ImportRuleName[]).filter(
    (rule) => importRules[rule].weight === weight,
  );
}

const findingsOf = (report: ImportReport, rule: ImportRuleName): readonly ImportFinding[] =>
  report.findings.filter((finding) => finding.rule === rule);

function ruleText(report: ImportReport, name: ImportRuleName, all: boolean): readonly string[] {
  const rule: ImportRule = importRules[name];
  const found = findingsOf(report, name);
  const lines = [
    `  ${rule.title} (${name}, ${found.length})`,
    `    until now:     ${rule.was}`,
    `    with packmill: ${rule.is}`,
  ];
  if (rule.next !== undefined) lines.push(`    next:          ${rule.next}`);
  const shown = all ? found : found.slice(0, listed);
  for (const finding of shown) lines.push(`      ${placeOf(finding)}: ${plain(finding.what)}`);
  if (shown.length < found.length) lines.push(`      and ${found.length - shown.length} more (--all)`);
  return lines;
}

const placeOf = ({ package: name, file, line }: ImportFinding): string =>
  plain(file === undefined ? (name ?? 'repository') : line === undefined ? file : `${file}:${line}`);

/** Without characters that would move a terminal's cursor. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');

const marked = (text: string): string => plain(text).replaceAll(/[\\`*_{}[\]<>#|~]/g, '\\$&');
const code = (text: string): string => `\`${plain(text).replaceAll('`', "'")}\``;
