import type { ShellWord } from '../formats/shell/index.ts';
import type { GitlabTag } from './gitlab-tags.ts';
import {
  applyEdits,
  expandWord,
  hasBraces,
  hasChecksum,
  mentions,
  type RecipeOutline,
  type SourceElement,
  scalars,
  sourceElements,
  type TextEdit,
} from './recipe-outline.ts';
import type { RecipeTexts, Rewrite } from './recipe-texts.ts';
import { editSrcinfo, replaceInSource, replaceVersion, type SrcinfoSource } from './srcinfo-edit.ts';
import { checkedRewrite, isRefusal, planVersion, refused, versionEdits } from './version-edits.ts';

/**
 * Writes the newest tag of a GitLab project into a recipe (specification 7.6): pkgver, pkgrel 1, `_commit` in the line
 * behind pkgver, and every source that is an archive of the project, in all source arrays. A source that already takes
 * `_commit` in stays as it is. Refuses with UPS012 to UPS015; never throws.
 * @param prefix what tags have in front of the version, removed where present; default `v`
 */
export function rewriteForTag(recipe: RecipeTexts, tag: GitlabTag, prefix = 'v'): Rewrite {
  const { pkgbase, srcinfo } = recipe;
  if (srcinfo === undefined || srcinfo.trim() === '') {
    return refused('UPS012', { what: `'${pkgbase}' has no '.SRCINFO'` });
  }
  const version = tag.name.startsWith(prefix) ? tag.name.slice(prefix.length) : tag.name;
  const plan = planVersion(recipe, { version });
  if (plan === 'unchanged') return { kind: 'unchanged' };
  if (isRefusal(plan)) return plan;
  const { outline, oldVersion } = plan;
  const sources = sourceEdits(outline, tag);
  if (typeof sources === 'string')
    return refused('UPS013', { what: `'${pkgbase}' cannot be updated`, why: sources });
  const edits = [
    ...versionEdits(outline, version),
    ...commitEdits(recipe.pkgbuild, outline, tag),
    ...sources.edits,
  ];
  const oldCommit = scalars(outline.assignments, '_commit').at(-1)?.value.literal;
  const rewrite = {
    kind: 'rewritten' as const,
    version,
    pkgbuild: applyEdits(recipe.pkgbuild, edits),
    srcinfo: editSrcinfo(srcinfo, {
      pkgver: version,
      pkgrel: '1',
      source: (source) => srcinfoSource(source, tag, { outline, oldVersion, version, oldCommit }),
    }),
    sumsAreStale: sources.changed.some((element) => hasChecksum(outline, element)),
  };
  return checkedRewrite(pkgbase, rewrite, { pkgver: version, _commit: tag.commit });
}

const archiveOf = ({ baseUrl, project }: GitlabTag): string => `${baseUrl}/${project}/-/archive`;

/** The address of the archive; `commit` may be a variable. */
function archiveUrl(tag: GitlabTag, commit: string): string {
  const name = tag.project.slice(tag.project.lastIndexOf('/') + 1);
  return `${archiveOf(tag)}/${commit}/${name}-${commit}.tar.gz`;
}

interface SourceEdits {
  readonly edits: readonly TextEdit[];
  /** Sources whose bytes are others now. */
  readonly changed: readonly SourceElement[];
}

function sourceEdits(outline: RecipeOutline, tag: GitlabTag): SourceEdits | string {
  const edits: TextEdit[] = [];
  const changed: SourceElement[] = [];
  for (const element of sourceElements(outline)) {
    const { word } = element;
    const isComputed = word.expansions.length > 0;
    if (isComputed) changed.push(element);
    const at = word.text.indexOf('::');
    const url = at < 0 ? word : { ...word, text: word.text.slice(at + 2) };
    if (!isBelow(expandWord(url, outline), archiveOf(tag)) || mentions(word, '_commit')) continue;
    const name = at < 0 ? '' : word.text.slice(0, at + 2);
    if (hasBraces(word) || !fitsDoubleQuotes(word, name)) {
      return `The source in line ${word.place.line} has braces or quotes that cannot be kept.`;
    }
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the PKGBUILD
    const text = `"${name}${archiveUrl(tag, '${_commit}')}"`;
    edits.push({ from: word.place.offset, to: word.end, text });
    if (!isComputed) changed.push(element);
  }
  return { edits, changed };
}

/** Whether the name in front of `::` means the same between double quotes. */
function fitsDoubleQuotes(word: ShellWord, name: string): boolean {
  if (/["\\`]/.test(name)) return false;
  return !name.includes('$') || !/['\\]/.test(word.raw);
}

const isBelow = (url: string, folder: string): boolean => url === folder || url.startsWith(`${folder}/`);

/** Removes all lines that set `_commit` and writes one behind the first `pkgver`. */
function commitEdits(
  text: string,
  { assignments }: RecipeOutline,
  { commit }: GitlabTag,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  for (const { place, end } of scalars(assignments, '_commit')) {
    const line = lineAround(text, place.offset, end);
    const isAlone =
      text.slice(line.from, place.offset).trim() === '' && /^\s*(?:#|$)/.test(text.slice(end, line.end));
    // one that shares its line only gets the same value as the new one
    if (isAlone) edits.push({ from: line.from, to: line.next, text: '' });
    else edits.push({ from: place.offset, to: end, text: `_commit='${commit}'` });
  }
  const [version] = scalars(assignments, 'pkgver');
  if (!version) return edits;
  const { end, next } = lineAround(text, version.place.offset, version.end);
  const newLine = text.slice(end, next) || '\n';
  edits.push({ from: end, to: end, text: `${newLine}_commit='${commit}'` });
  return edits;
}

/** The line of a piece of text: where it begins, where its end of line stands, and where the next one begins. */
function lineAround(text: string, from: number, to: number): { from: number; end: number; next: number } {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const found = text.indexOf('\n', to);
  if (found < 0) return { from: start, end: text.length, next: text.length };
  return { from: start, end: text[found - 1] === '\r' ? found - 1 : found, next: found + 1 };
}

function srcinfoSource(
  source: SrcinfoSource,
  tag: GitlabTag,
  of: {
    readonly outline: RecipeOutline;
    readonly oldVersion: string;
    readonly version: string;
    readonly oldCommit: string | undefined;
  },
): string {
  const { value } = source;
  const at = value.indexOf('::');
  const url = at < 0 ? value : value.slice(at + 2);
  const isComputed = takesVariablesIn(of.outline, source);
  const name = at < 0 ? '' : value.slice(0, at + 2);
  const newName = isComputed ? replaceVersion(name, of.oldVersion, of.version) : name;
  if (of.oldCommit !== undefined && of.oldCommit.length >= 3 && url.includes(of.oldCommit)) {
    return newName + url.replaceAll(of.oldCommit, () => tag.commit);
  }
  if (isBelow(url, archiveOf(tag))) return newName + archiveUrl(tag, tag.commit);
  return isComputed ? newName + replaceInSource(url, of.oldVersion, of.version) : value;
}

/** Whether the version may come from a variable; a source in so many words stays what it is. */
function takesVariablesIn(outline: RecipeOutline, { key, index }: SrcinfoSource): boolean {
  const elements = sourceElements(outline).filter(({ array }) => array === key);
  if (elements.some(({ word }) => hasBraces(word))) return true;
  const element = elements.find((one) => one.index === index);
  return element === undefined || element.word.expansions.length > 0;
}
