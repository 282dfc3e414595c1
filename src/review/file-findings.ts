import type { Finding } from './change-report.ts';
import { isSameFile, modeOf, pathsOf, type RecipeFolder, textOf } from './recipe-folder.ts';
import { shownText } from './shown-text.ts';

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

/** What a file is that people cannot read; undefined for text. */
function binaryKind(bytes: Uint8Array): { weight: Finding['weight']; what: string } | undefined {
  if (startsWith(bytes, 0x7f, 0x45, 0x4c, 0x46)) return { weight: 'alarm', what: 'is a program' };
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47)) return undefined;
  if (bytes.subarray(0, 8192).includes(0)) return { weight: 'alarm', what: 'is binary, nobody can read it' };
  return textOf(bytes) === undefined ? { weight: 'notice', what: 'is no UTF-8' } : undefined;
}

/** Files beside PKGBUILD and .SRCINFO that came, went or differ. */
export function fileFindings(before: RecipeFolder, after: RecipeFolder): readonly Finding[] {
  const findings: Finding[] = [];
  for (const file of pathsOf(before, after)) {
    const report = (weight: Finding['weight'], what: string, shown?: string): void => {
      findings.push({
        topic: 'files',
        weight,
        what,
        file,
        ...(shown === undefined ? {} : { shown: shownText(shown) }),
      });
    };
    const [was, is] = [before.files.get(file), after.files.get(file)];
    const [oldMode, mode] = [modeOf(before, file), modeOf(after, file)];
    if (is && was && oldMode !== mode) report('alarm', 'is another kind of file', `${oldMode} → ${mode}`);
    if (isSameFile(before, after, file)) continue;
    if (!is) {
      report('notice', 'is gone');
      continue;
    }
    if (mode === '120000') report('alarm', 'is a link', textOf(is) ?? '');
    if (file === 'PKGBUILD' || file === '.SRCINFO') continue;
    if (mode === '160000') report('alarm', 'is a submodule');
    const binary = mode === '120000' ? undefined : binaryKind(is);
    if (binary) report(binary.weight, binary.what);
    report('notice', describe(file, { was, is }), patched(file, is));
  }
  return findings;
}

function describe(file: string, { was, is }: { was: Uint8Array | undefined; is: Uint8Array }): string {
  const kind = isPatch(file)
    ? 'a patch, which changes what is built, '
    : startsWith(is, 0x23, 0x21)
      ? 'a script '
      : '';
  const change = was ? 'differs' : 'is new';
  return kind === '' ? change : `${kind}${change}`;
}

const isPatch = (file: string): boolean => /\.(?:patch|diff)$/.test(file);

/** The files that a patch touches. */
function patched(file: string, bytes: Uint8Array): string | undefined {
  if (!isPatch(file)) return undefined;
  const names = [...(textOf(bytes) ?? '').matchAll(/^\+\+\+ (?:b\/)?([^\t\n]+)/gm)].map((match) => match[1]);
  return names.length > 0 ? names.join(', ') : undefined;
}
