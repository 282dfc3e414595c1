import { type Problem, problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import type { SettingsFile } from './settings-file.ts';

/** What has no effect in a settings file: names that nobody knows (CIC001), lines that are no assignment (CIC002). */
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
  for (const { line, text } of parsed.strays) {
    problems.push(
      problem('CIC002', { what: `'${text.slice(0, 60)}' is no assignment`, place: { file, line } }),
    );
  }
  return problems;
}
