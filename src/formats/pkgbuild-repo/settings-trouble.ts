import { type Problem, problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import type { SettingsFile } from './settings-file.ts';

/** Settings whose values are no names, so that a `#` in them is meant. */
const freeTexts: ReadonlySet<string> = new Set(['CI_PKGBUILD_CHANGE_ALLOW_REGEX', 'GIT_AUTHOR_NAME']);

/**
 * What has no effect in a settings file: names that nobody knows (CIC001), lines that are no assignment (CIC002); and
 * values that have taken a comment in (CIC042).
 */
export function settingsTrouble(
  parsed: SettingsFile,
  known: ReadonlySet<string>,
  file: string,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [key, line] of parsed.lines) {
    if (known.has(key)) continue;
    const near = nearestWords(key, known);
    const next = near === undefined ? {} : { next: `Did you mean ${near}?` };
    problems.push(
      problem('CIC001', { what: `setting '${key}' is not known`, place: { file, line }, ...next }),
    );
  }
  for (const [key, value] of parsed.values) {
    const comment = /[ \t]#.*$/s.exec(value)?.[0];
    if (comment === undefined || !known.has(key) || freeTexts.has(key)) continue;
    const what = `'${key}' has '${comment.trim().slice(0, 60)}' in its value`;
    problems.push(problem('CIC042', { what, place: { file, line: parsed.lines.get(key) ?? 1 } }));
  }
  for (const { line, text } of parsed.strays) {
    problems.push(
      problem('CIC002', { what: `'${text.slice(0, 60)}' is no assignment`, place: { file, line } }),
    );
  }
  return problems;
}
