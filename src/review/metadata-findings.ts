import type { Finding, ReviewFacts } from './change-report.ts';
import { missingFrom, type RecipeView, type ValueAt } from './recipe-view.ts';
import { shownText } from './shown-text.ts';

type Weight = Finding['weight'];

interface ArrayRule {
  readonly array: RegExp;
  readonly topic: Finding['topic'];
  readonly added: readonly [Weight, string];
  readonly removed: readonly [Weight, string];
}

const arrayRules: readonly ArrayRule[] = [
  {
    array: /^validpgpkeys$/,
    topic: 'keys',
    added: ['alarm', 'trusts a key that it did not trust'],
    removed: ['notice', 'trusts a key no more'],
  },
  {
    array: /(?:^|: )(?:depends|makedepends|checkdepends|optdepends)(?:_\w+)?$/,
    topic: 'dependencies',
    added: ['notice', 'needs a package that it did not need'],
    removed: ['notice', 'needs a package no more'],
  },
  {
    array: /(?:^|: )(?:provides|conflicts|replaces|groups)(?:_\w+)?$/,
    topic: 'dependencies',
    added: ['alarm', 'provides, replaces or conflicts with something that it did not'],
    removed: ['notice', 'provides, replaces or conflicts with something no more'],
  },
  {
    array: /(?:^|: )(?:pkgname|arch|license|backup|options|noextract)$/,
    topic: 'metadata',
    added: ['notice', 'has a new value'],
    removed: ['notice', 'has a value no more'],
  },
];

/** Keys, dependencies and other arrays that differ. */
export function arrayFindings(before: RecipeView, after: RecipeView): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { array, topic, added, removed } of arrayRules) {
    const all = (view: RecipeView): (ValueAt & { name: string })[] =>
      [...view.arrays].flatMap(([name, values]) =>
        array.test(name) ? values.map((value) => ({ ...value, name })) : [],
      );
    const keyOf = ({ name, text }: { name: string; text: string }): string => `${name}\0${text}`;
    const add = (
      items: readonly (ValueAt & { name: string })[],
      [weight, what]: readonly [Weight, string],
    ) => {
      for (const { name, text, line } of items) {
        findings.push({ topic, weight, what, shown: shownText(`${name}: ${text}`), file: 'PKGBUILD', line });
      }
    };
    const [old, now] = [all(before), all(after)];
    add(missingFrom(now, old, keyOf), added);
    add(missingFrom(old, now, keyOf), removed);
  }
  return findings;
}

/** Scalars whose change a reader wants to know of. */
export function scalarFindings(before: RecipeView, after: RecipeView): readonly Finding[] {
  const findings: Finding[] = [];
  for (const name of new Set([...before.scalars.keys(), ...after.scalars.keys()])) {
    const [was, is] = [before.scalars.get(name), after.scalars.get(name)];
    if (was?.text === is?.text) continue;
    const isInstall = /(?:^|: )install$/.test(name);
    if (!isInstall && !/(?:^|: )(?:pkgname|pkgbase|epoch|url)$/.test(name)) continue;
    findings.push({
      topic: isInstall ? 'install-time' : 'metadata',
      weight: isInstall ? 'alarm' : 'notice',
      what: isInstall ? 'names another install scriptlet' : 'has another value',
      shown: shownText(`${name}: ${was?.text ?? '(none)'} → ${is?.text ?? '(none)'}`),
      file: 'PKGBUILD',
      line: is?.line ?? was?.line ?? 1,
    });
  }
  return findings;
}

/** Who looks after the recipe: as the forge says, and as its own comments say. */
export function maintainerFindings(
  { maintainersBefore, maintainersAfter }: ReviewFacts,
  before: RecipeView,
  after: RecipeView,
): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (weight: Weight, what: string, shown?: string, line?: number): void => {
    const place = line === undefined ? {} : { file: 'PKGBUILD', line };
    const words = shown === undefined ? {} : { shown: shownText(shown) };
    findings.push({ topic: 'maintainers', weight, what, ...words, ...place });
  };
  if (maintainersAfter) {
    const [old, now] = [maintainersBefore ?? [], maintainersAfter];
    const lower = (name: string): string => name.toLowerCase();
    if (now.length === 0) report('alarm', 'has no maintainer');
    if (maintainersBefore) {
      for (const name of missingFrom(now, old, lower)) report('alarm', 'has a new maintainer', name);
      for (const name of missingFrom(old, now, lower)) report('notice', 'has lost a maintainer', name);
    }
  }
  const [old, now] = [credits(before), credits(after)];
  const keyOf = ({ text }: ValueAt): string => text;
  for (const { text, line } of missingFrom(now, old, keyOf)) {
    report(/^Maintainer/i.test(text) ? 'alarm' : 'notice', 'names somebody new in its comments', text, line);
  }
  for (const { text, line } of missingFrom(old, now, keyOf)) {
    report('notice', 'names somebody no more in its comments', text, line);
  }
  return findings;
}

function credits(view: RecipeView): readonly ValueAt[] {
  return view.shell.parts.flatMap(({ kind, raw, place }) => {
    const match = /^#+\s*((?:Co-?)?(?:Maintainer|Contributor|Submitter)s?\s*:.*)$/i.exec(raw.trim());
    return kind === 'comment' && match
      ? [{ text: (match[1] as string).replace(/\s+/g, ' '), line: place.line }]
      : [];
  });
}
