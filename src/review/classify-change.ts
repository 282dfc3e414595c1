import type { Problem } from '../diagnostics/index.ts';
import { parseShell } from '../formats/shell/index.ts';
import { allowLines, readAllowList } from './allowed-lines.ts';
import type { ChangeReason, ChangeSize } from './change-reason.ts';
import { compareRecipes } from './compare-recipes.ts';
import {
  decidingFiles,
  equalBytes,
  isSameFile,
  modeOf,
  pathsOf,
  type RecipeFolder,
  textOf,
} from './recipe-folder.ts';
import { quoted, shownText } from './shown-text.ts';

export interface Classification {
  readonly size: ChangeSize;
  /** Every rule that makes it major; for a minor one what changed. */
  readonly reasons: readonly ChangeReason[];
  /** REV002 for each expression of the allow list that is none; it then allows nothing. */
  readonly problems: readonly Problem[];
}

/**
 * How much a change of a recipe is (specification 7.11, 7.12): `none` when PKGBUILD and .SRCINFO are the same,
 * `minor` when all that differs are versions, releases and checksums, otherwise `major`. `allow` are the
 * expressions of CI_PKGBUILD_CHANGE_ALLOW_REGEX. Never throws.
 */
export function classifyChange(
  before: RecipeFolder,
  after: RecipeFolder,
  options: { readonly allow: readonly string[] },
): Classification {
  if (decidingFiles.every((path) => isSameFile(before, after, path))) {
    return { size: 'none', reasons: [], problems: [] };
  }
  return classifyFiles(before, after, options);
}

/** The same for whoever asks about other files too: `none` only when nothing differs. */
export function classifyFiles(
  before: RecipeFolder,
  after: RecipeFolder,
  options: { readonly allow: readonly string[] },
): Classification {
  const { expressions, problems } = readAllowList(options.allow);
  const reasons: ChangeReason[] = [];
  const harmless: ChangeReason[] = [];
  for (const file of pathsOf(before, after)) {
    const found = otherReasons(before, after, file);
    reasons.push(...found);
    if (found.length > 0 || equalBytes(before.files.get(file), after.files.get(file))) continue;
    if (file === '.SRCINFO') harmless.push({ file, rule: 'metadata', what: "'.SRCINFO' differs" });
    else {
      const verdict = compareTexts(before, after, expressions);
      (verdict.size === 'major' ? reasons : harmless).push(...verdict.reasons);
    }
  }
  if (reasons.length > 0) return { size: 'major', reasons, problems };
  return { size: harmless.length > 0 ? 'minor' : 'none', reasons: harmless, problems };
}

/** What makes a change major whatever a file holds: that it comes, goes, or becomes something else. */
function otherReasons(before: RecipeFolder, after: RecipeFolder, file: string): readonly ChangeReason[] {
  const [old, now] = [before.files.get(file), after.files.get(file)];
  const [was, is] = [modeOf(before, file), modeOf(after, file)];
  if (file === '.SRCINFO' && (!old || !now) && modeOf(old ? before : after, file) === '100644') return [];
  if (!old) return [{ file, rule: 'file-added', what: `file ${quoted(file)} is new` }];
  if (!now) return [{ file, rule: 'file-removed', what: `file ${quoted(file)} is gone` }];
  if (was !== is) {
    return [
      { file, rule: 'file-mode', what: `file ${quoted(file)} is ${kinds[is]} instead of ${kinds[was]}` },
    ];
  }
  if ((decidingFiles as readonly string[]).includes(file)) {
    const isPlain = was === '100644' || was === '100755';
    if (isPlain || equalBytes(old, now)) return [];
    return [{ file, rule: 'file-link', what: `file ${quoted(file)} is ${kinds[is]} to something else` }];
  }
  if (equalBytes(old, now)) return [];
  return [{ file, rule: 'file-changed', what: `file ${quoted(file)} differs` }];
}

const kinds = {
  '100644': 'a file',
  '100755': 'an executable file',
  '120000': 'a link',
  '160000': 'a submodule',
} as const;

function compareTexts(
  before: RecipeFolder,
  after: RecipeFolder,
  allowed: Parameters<typeof allowLines>[2],
): { readonly size: ChangeSize; readonly reasons: readonly ChangeReason[] } {
  const file = 'PKGBUILD';
  const [old, now] = [textOf(before.files.get(file)), textOf(after.files.get(file))];
  if (old === undefined || now === undefined) {
    return { size: 'major', reasons: [{ file, rule: 'encoding', what: 'its bytes are no UTF-8' }] };
  }
  const [one, other] = [parseShell(old, file), parseShell(now, file)];
  for (const [which, text] of [
    ['old', one],
    ['new', other],
  ] as const) {
    const [found] = text.problems;
    if (!found) continue;
    const what = `the ${which} text is no Bash that can be read: ${shownText(found.what)}`;
    const line = found.place?.line;
    return { size: 'major', reasons: [{ file, ...(line ? { line } : {}), rule: 'unreadable', what }] };
  }
  const strict = compareRecipes({ text: old, shell: one }, { text: now, shell: other });
  if (strict.size !== 'major') return strict;
  return allowLines({ text: old, shell: one }, { text: now, shell: other }, allowed) ?? strict;
}
