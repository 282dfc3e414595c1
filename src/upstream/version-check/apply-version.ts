import {
  applyEdits,
  hasChecksum,
  mentions,
  type SourceElement,
  scalars,
  sourceElements,
  type TextEdit,
} from '../recipe-outline.ts';
import type { RecipeTexts, Rewrite } from '../recipe-texts.ts';
import { editSrcinfo, replaceInSource, replaceVersion } from '../srcinfo-edit.ts';
import { checkedRewrite, isRefusal, planVersion, refused, versionEdits } from '../version-edits.ts';

export interface NewVersion {
  /** One leading `v` is removed. */
  readonly version: string;
  /** Goes into `_commit=` where the recipe has it. */
  readonly revision?: string | undefined;
  /** Whether an older version is written all the same. */
  readonly force?: boolean | undefined;
}

/**
 * Writes a new upstream version into a recipe (specification 7.10): all lines of pkgver and pkgrel, `_commit`, and the
 * version where elements of source arrays have it in so many words; continued lines and `source_<arch>` included.
 * Refuses with UPS013 to UPS015; never throws. Checksums and a full `.SRCINFO` are left to makepkg.
 */
export function applyVersion(recipe: RecipeTexts, to: NewVersion): Rewrite {
  const version = to.version.replace(/^v(?=[0-9])/, '');
  const plan = planVersion(recipe, { version, force: to.force });
  if (plan === 'unchanged') return { kind: 'unchanged' };
  if (isRefusal(plan)) return plan;
  const { outline, oldVersion } = plan;
  const { revision } = to;
  const elements = sourceElements(outline);
  const commits = scalars(outline.assignments, '_commit');
  const what = `'${recipe.pkgbase}' cannot be updated to '${version}'`;
  if (revision === undefined && elements.some(({ word }) => mentions(word, '_commit'))) {
    const why =
      "A source is a commit by its id, '_commit', and the version source does not tell the new one.";
    return refused('UPS013', { what, why, next: "Use the source 'git', 'github' or 'gitlab' with tags." });
  }
  if (revision !== undefined && !/^[0-9A-Za-z._-]+$/.test(revision)) {
    return refused('UPS014', { what, why: `The revision '${revision}' is none.` });
  }
  const sources = sourceEdits(elements, { from: oldVersion, to: version });
  const commitEdits =
    revision === undefined
      ? []
      : commits.map(({ value }) => ({ from: value.place.offset, to: value.end, text: `'${revision}'` }));
  const oldCommit = commits.at(-1)?.value.literal;
  const rewrite = {
    kind: 'rewritten' as const,
    version,
    pkgbuild: applyEdits(recipe.pkgbuild, [
      ...versionEdits(outline, version),
      ...commitEdits,
      ...sources.edits,
    ]),
    srcinfo:
      recipe.srcinfo &&
      editSrcinfo(recipe.srcinfo, {
        pkgver: version,
        pkgrel: '1',
        source: ({ value }) => {
          const withVersion = replaceInSource(value, oldVersion, version);
          if (revision === undefined || oldCommit === undefined || oldCommit.length < 3) return withVersion;
          return withVersion.replaceAll(oldCommit, () => revision);
        },
      }),
    sumsAreStale: sources.changed.some((element) => hasChecksum(outline, element)),
  };
  const writesCommit = revision !== undefined && commits.length > 0;
  const expected = { pkgver: version, ...(writesCommit ? { _commit: revision } : {}) };
  return checkedRewrite(recipe.pkgbase, rewrite, expected);
}

interface SourceEdits {
  readonly edits: readonly TextEdit[];
  /** Sources whose bytes are others now. */
  readonly changed: readonly SourceElement[];
}

function sourceEdits(
  elements: readonly SourceElement[],
  version: { readonly from: string; readonly to: string },
): SourceEdits {
  const edits: TextEdit[] = [];
  const changed: SourceElement[] = [];
  for (const element of elements) {
    const { word } = element;
    const isFile = word.literal !== undefined && !word.literal.includes('://');
    const text = isFile
      ? word.raw
      : replaceOutside(element, (piece) => replaceVersion(piece, version.from, version.to));
    if (text !== word.raw) edits.push({ from: word.place.offset, to: word.end, text });
    if (text !== word.raw || word.expansions.length > 0) changed.push(element);
  }
  if (changed.length > 0) return { edits, changed };
  // Nothing takes the version in, in words or as a variable: what looks like one in an address is a stale one.
  for (const element of elements) {
    const { word } = element;
    if (!word.raw.includes('://')) continue;
    const stale = /(?<![\w.])(v?)\d+(?:\.\d+){2}(?![\w]|\.\d)/g;
    const text = replaceOutside(element, (piece) =>
      piece.replaceAll(stale, (_found, v: string) => v + version.to),
    );
    if (text === word.raw) continue;
    edits.push({ from: word.place.offset, to: word.end, text });
    changed.push(element);
  }
  return { edits, changed };
}

/** Changes a word outside of what it expands: `${pkgver/1.0/x}` is no place for a new version. */
function replaceOutside({ word }: SourceElement, change: (piece: string) => string): string {
  let text = '';
  let at = 0;
  for (const { place, end } of word.expansions) {
    const from = place.offset - word.place.offset;
    text += change(word.raw.slice(at, from)) + word.raw.slice(from, end - word.place.offset);
    at = end - word.place.offset;
  }
  return text + change(word.raw.slice(at));
}
