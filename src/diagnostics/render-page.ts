import { catalogue } from './catalogue/index.ts';

const fenced = (text: string): string => {
  const fence = text.includes('```') ? '````' : '```';
  return `${fence}\n${text}\n${fence}`;
};

/** The whole catalogue as `docs/errors.md`, codes in order; ends with a newline. */
export function renderCataloguePage(): string {
  const sections = Object.entries(catalogue)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) =>
      [
        `## ${code} ${entry.title}`,
        `${entry.severity}, to be acted on by: ${entry.blame}`,
        `**Why.** ${entry.why}`,
        `**Next.** ${entry.next}`,
        'Leads to it:',
        fenced(entry.sample.broken),
        'Is fine:',
        fenced(entry.sample.fixed),
      ].join('\n\n'),
    );
  const head = [
    '# Codes of problems',
    'Every error and warning of packmill has a code; `packmill explain CODE` prints its section of this page. ' +
      'A code is never given a second meaning. This page is written by `npm run docs:errors` from the catalogue in ' +
      '`src/diagnostics/catalogue`; do not edit it.',
    'Exit codes of the command line follow from who has to act: recipe 1, usage 2, world 3, bug 70.',
  ];
  return `${[...head, ...sections].join('\n\n')}\n`;
}
