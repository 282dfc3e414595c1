import { classTexts, failureClasses } from './failure-class.ts';
import { failureRules } from './failure-rules.table.ts';

const introduction = `# Failure classes

When an attempt fails or takes too long, packmill reads its log once and decides why, by the rules on this page. The class,
the lines that show it and a signature are kept with the attempt: pages and commands show them, and failures with the same
signature are shown together.

How the rules are used:

1. A log is cut into phases by the marks that makepkg, emerge and packmill leave. What counts is the last phase that something
   went wrong in.
2. Programs that only pass a failure on (\`make: ***\`, \`ninja: build stopped\`, \`==> ERROR:\`) say where to look: the reason is
   the first telling line within 400 lines before the first of them. Tests may print errors long before.
3. A rule of weight *end* (no memory, no space, no time) wins over all others there; then come *causes*, and last *hints*. In the
   check phase tests that failed come before other causes.
4. Lines are judged without colours and as a terminal leaves them. Of packmill's own lines only rules made for them take notice.
5. What the record itself knows goes before the log: a limit of time or memory of the farm, a dependency nobody offers.

The signature is made of the class and the first error line without folders, line numbers, times, addresses, process ids, hashes
and versions.

This page is written from the rules (\`npm run docs:failures\`).
`;

/** The page `docs/failure-classes.md`: each class with what it means and its rules. */
export function renderClassesPage(): string {
  const sections = failureClasses.map((name) => {
    const { title, advice } = classTexts[name];
    const rules = failureRules.filter((rule) => rule.class === name);
    const rows = rules.map(({ id, weight, example }) => `| \`${id}\` | ${weight} | ${codeOf(example)} |`);
    const table =
      rows.length === 0 ? [] : ['', '| rule | weight | a line it knows |', '|---|---|---|', ...rows];
    return [`## ${title} (\`${name}\`)`, '', advice, ...table, ''].join('\n');
  });
  return `${[introduction, ...sections].join('\n').trimEnd()}\n`;
}

/** A cell of a table with code, whatever signs it contains. */
function codeOf(text: string): string {
  const escaped = text.trim().replaceAll('|', '\\|');
  return escaped.includes('`') ? `\`\` ${escaped} \`\`` : `\`${escaped}\``;
}
