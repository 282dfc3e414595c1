import {
  endHookNames,
  interfereNames,
  parseSettings,
  updateHookName,
} from '../formats/pkgbuild-repo/index.ts';
import type { ChangeReason } from './change-reason.ts';
import type { Finding } from './change-report.ts';
import type { Classification } from './classify-change.ts';
import { isSameFile, type RecipeFolder, textOf } from './recipe-folder.ts';
import { viewRecipe } from './recipe-view.ts';
import { shownText } from './shown-text.ts';
import { newSuspicions } from './suspicious.ts';

const hooks = [...interfereNames, updateHookName, ...endHookNames].map((name) => `.CI/${name}`);
const settingsFile = '.CI/config';

/** Settings that decide whose recipe is built, what of it a person sees, and what it may do. */
const decisive = new Set([
  'CI_PKGBUILD_SOURCE',
  'CI_PKGBUILD_CHANGE_ALLOW_REGEX',
  'CI_NVCHECKER',
  'CI_MANAGE_AUR',
  'BUILDER_ALLOW_PROHIBITED',
]);
const mostLines = 20;

/** All are Bash but the patch. */
const isHookScript = (file: string): boolean => !file.endsWith('.patch');

/**
 * What a change of `.CI` means, where both sides come from a recipe repository: hooks run beside the build, some of
 * them with network, and settings say whose recipe is taken.
 */
export function repositoryFindings(before: RecipeFolder, after: RecipeFolder): readonly Finding[] {
  return [
    ...hooks
      .filter((file) => !isSameFile(before, after, file))
      .flatMap((file) => hookFindings(before, after, file)),
    ...changedSettings(before, after).map(
      ({ key, was, is }): Finding => ({
        topic: 'metadata',
        weight: decisive.has(key) ? 'alarm' : 'notice',
        what: `setting '${key}' differs`,
        shown: shownText(`${was ?? '(none)'} → ${is ?? '(none)'}`),
        file: settingsFile,
      }),
    ),
  ];
}

function hookFindings(before: RecipeFolder, after: RecipeFolder, file: string): readonly Finding[] {
  const [was, is] = [before.files.get(file), after.files.get(file)];
  if (is === undefined)
    return [{ topic: 'build-time', weight: 'notice', what: 'a hook of the recipe repository is gone', file }];
  const change = was === undefined ? 'is new' : 'differs';
  const findings: Finding[] = [
    { topic: 'build-time', weight: 'alarm', what: `a hook of the recipe repository ${change}`, file },
  ];
  if (!isHookScript(file)) return findings;
  const old = new Set((textOf(was) ?? '').split('\n').map((line) => line.trim()));
  for (const [index, line] of (textOf(is) ?? '').split('\n').entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#') || old.has(text) || findings.length > mostLines) continue;
    findings.push({
      ...{ topic: 'build-time', weight: 'notice', what: 'a hook runs', file },
      ...{ shown: shownText(text), line: index + 1 },
    });
  }
  // what is suspicious in a recipe is so in a hook
  const asRecipe = (bytes: Uint8Array | undefined) =>
    viewRecipe({ files: new Map(bytes === undefined ? [] : [['PKGBUILD', bytes]]) });
  return [...newSuspicions(asRecipe(was), asRecipe(is)).map((one) => ({ ...one, file })), ...findings];
}

function changedSettings(before: RecipeFolder, after: RecipeFolder) {
  const read = (folder: RecipeFolder) => parseSettings(textOf(folder.files.get(settingsFile)) ?? '').values;
  const [was, is] = [read(before), read(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .filter((key) => was.get(key) !== is.get(key))
    .map((key) => ({ key, was: was.get(key), is: is.get(key) }));
}

/**
 * The verdict with `.CI` taken in: a hook that is new or differs, and a setting that decides who is trusted, are major; any
 * other setting is a change all the same.
 */
export function withRepository(
  verdict: Classification,
  before: RecipeFolder,
  after: RecipeFolder,
): Classification {
  const reasons: ChangeReason[] = hooks
    .filter((file) => after.files.has(file) && !isSameFile(before, after, file))
    .map((file) => ({ file, rule: 'hook', what: 'a hook of the recipe repository' }));
  const settings = changedSettings(before, after);
  for (const { key } of settings)
    if (decisive.has(key)) reasons.push({ file: settingsFile, rule: 'setting', what: `setting '${key}'` });
  if (reasons.length > 0) return { ...verdict, size: 'major', reasons: [...verdict.reasons, ...reasons] };
  if (verdict.size !== 'none' || settings.length === 0) return verdict;
  const minor = settings.map(({ key }) => ({
    file: settingsFile,
    rule: 'setting',
    what: `setting '${key}'`,
  }));
  return { ...verdict, size: 'minor', reasons: minor };
}
