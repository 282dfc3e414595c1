import { type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import type { FileTree } from '../../host/index.ts';
import { checkFit } from '../check-fit.ts';
import { type CloneWish, cloneTwice } from '../clone-twice.ts';
import { formatRecipe } from '../format-recipe.ts';
import { recipeDiffers, textOf, withRecipeOf, withText } from '../recipe-files.ts';
import { accountsOf } from './aur-accounts.ts';
import type { ScheduleContext } from './context.ts';
import { noUpdate, type RecipeUpdate, type UpdateInput } from './recipe-update.ts';
import { fromGitlabTag, fromVersionCheck } from './rewrite-recipe.ts';

/**
 * Gets the recipe from where `CI_PKGBUILD_SOURCE` says (specification 7.6), or asks for a new version (7.10). Throws
 * what hinders this one package; the state then stays as it was.
 */
export async function updateRecipe(context: ScheduleContext, input: UpdateInput): Promise<RecipeUpdate> {
  const { settings, settingsText } = input.package;
  const { source } = settings;
  if (settings.nvchecker) return await fromVersionCheck(context, input);
  if (source === undefined) return settingsText === undefined ? noUpdate : withoutSource(input);
  if (source === 'custom') return noUpdate;
  if (source === 'aur') return await fromAur(context, input);
  const project = /^gitlab:(\d+)$/.exec(source)?.[1];
  if (project !== undefined) return await fromGitlabTag(context, input, project);
  return await fromUrl(context, input, source);
}

function withoutSource({ package: one }: UpdateInput): RecipeUpdate {
  const what = `'${one.name}' has no 'CI_PKGBUILD_SOURCE'`;
  return { ...noUpdate, problems: [problem('CIS003', { what, place: { file: `${one.name}/.CI/config` } })] };
}

async function fromAur(context: ScheduleContext, input: UpdateInput): Promise<RecipeUpdate> {
  const { name } = input.package;
  const known = input.news.aur.get(name);
  if (!known) return { ...noUpdate, problems: [unknownInAur(input)] };
  if (known.modified === input.state.pkgbuildTimestamp) return noUpdate;
  const url = context.settings.aurGitUrl.replaceAll('{pkgbase}', name);
  const cloned = await politeClone(context, {
    name,
    url,
    scratch: input.scratch,
    proxy: context.settings.aurProxy,
  });
  const after = await taken(context, input, cloned.tree);
  return {
    ...noUpdate,
    after,
    origin: 'aur',
    state: {
      pkgbuildTimestamp: known.modified,
      maintainers: accountsOf(known),
    },
    notes: after
      ? [`changed in the AUR on ${new Date(known.modified * 1000).toISOString().slice(0, 10)}`]
      : [],
  };
}

function unknownInAur({ package: { name }, news }: UpdateInput): Problem {
  const place = { file: `${name}/.CI/config` };
  return news.notInAur.has(name)
    ? problem('UPS003', { what: `'${name}' is not in the AUR`, place })
    : problem('CIS015', { what: `the AUR did not tell of '${name}'`, place });
}

async function fromUrl(context: ScheduleContext, input: UpdateInput, url: string): Promise<RecipeUpdate> {
  const { name } = input.package;
  const answer = input.news.heads.get(`${url}#HEAD`);
  if (answer && answer.kind !== 'commit') throw new ProblemError(answer.problem);
  if (answer && answer.commit === input.state.recipeCommit) return noUpdate;
  const isAur = url.startsWith(`${context.settings.aurUrl}/`);
  const proxy = isAur ? context.settings.aurProxy : undefined;
  const cloned = await politeClone(context, { name, url, scratch: input.scratch, proxy });
  const after = await taken(context, input, cloned.tree);
  return {
    ...noUpdate,
    after,
    origin: 'url',
    state: { recipeCommit: cloned.commit },
    notes: after ? [`from ${url} at ${cloned.commit.slice(0, 7)}`] : [],
  };
}

function politeClone(context: ScheduleContext, wish: CloneWish): ReturnType<typeof cloneTwice> {
  return context.clonePace.turn(wish.url, () => cloneTwice(context, wish));
}

/** The clone in our style, when it is a change (specification 7.11). */
async function taken(
  context: ScheduleContext,
  input: UpdateInput,
  cloned: FileTree,
): Promise<FileTree | undefined> {
  const { name } = input.package;
  const text = textOf(cloned, 'PKGBUILD');
  if (text === undefined) {
    throw new ProblemError(
      problem('CIS004', {
        what: `the source of '${name}' has no PKGBUILD`,
        place: { file: `${name}/PKGBUILD` },
      }),
    );
  }
  const before = await input.before();
  checkFit(name, before, cloned);
  const { hasEditorconfig } = context;
  // what is here as it is there needs no style
  const isKnown = textOf(before, 'PKGBUILD') === text;
  const file = `${context.folder}/${name}/PKGBUILD`;
  const style = isKnown ? text : await formatRecipe(file, { hasEditorconfig, text });
  const formatted = withText(cloned, 'PKGBUILD', style);
  return recipeDiffers(before, formatted) ? withRecipeOf(before, formatted) : undefined;
}
