import { readMaintainers } from '../../formats/pkgbuild-repo/index.ts';
import { type Classification, classifyChange } from '../../review/index.ts';
import { asRecipeFolder } from '../recipe-files.ts';
import type { Beginning } from './begin.ts';
import type { ScheduleContext } from './context.ts';
import { type Decision, decide } from './decide.ts';
import type { Examination } from './examine.ts';
import type { GatheredNews } from './gather-news.ts';
import { untrusted } from './trust.ts';

const trustedAccounts = '.ci/aur-maintainers';
const unclassified: Classification = { size: 'minor', reasons: [], problems: [] };

/** What happens to each package, in the order of their names (phase B of specification 7.14); nothing is done yet. */
export async function decideAll(
  context: ScheduleContext,
  start: Beginning,
  found: { readonly examinations: readonly Examination[]; readonly news: GatheredNews },
): Promise<ReadonlyMap<string, Decision>> {
  const { news } = found;
  const list = (await context.copy.readFiles(start.head.id, [trustedAccounts])).get(trustedAccounts);
  const trusted = readMaintainers(Buffer.from(list ?? []).toString());
  const decisions = new Map<string, Decision>();
  for (const one of found.examinations) {
    const classification = classify(context, one);
    for (const found of classification.problems) context.report(found);
    const decision = decide(
      {
        changesRecipe: one.recipe !== undefined,
        isRebuild: one.bump !== undefined,
        classification,
        isVersionCheck: one.isVersionCheck,
        hasNewCommits: one.moved.length > 0,
        isFirstBuild: one.isBaseline && news.isPublished(one.name) === false,
        onTrigger: one.package.settings.onTrigger,
        untrusted: untrusted(context, one, { trusted, aur: news.upstream.aur }),
      },
      context.settings,
    );
    decisions.set(one.name, decision);
    for (const line of linesOf(decision, one)) context.tell(`${one.name}: ${line}`);
  }
  return decisions;
}

function classify(
  { settings }: ScheduleContext,
  { before, recipe, package: one }: Examination,
): Classification {
  if (!before || !recipe || !settings.humanReview) return unclassified;
  return classifyChange(asRecipeFolder(before), asRecipeFolder(recipe), { allow: one.settings.changeAllow });
}

function linesOf(decision: Decision, { notes, bump }: Examination): readonly string[] {
  const why = [...notes, ...(bump ? [`rebuilt as '${bump.value}' for ${bump.because.join(', ')}`] : [])];
  const details = why.length === 0 ? '' : ` (${why.join('; ')})`;
  switch (decision.kind) {
    case 'commit':
      return [`${decision.because}${details}${decision.schedules ? '' : ', built by its trigger only'}`];
    case 'review':
      return [`needs a review: ${decision.because}${details}`];
    case 'schedule':
      return [`to be built: ${decision.because}${details}`];
    case 'wait':
      return [`not scheduled: ${decision.because}${details}`];
    case 'nothing':
      return notes;
  }
}
