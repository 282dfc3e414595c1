import { fault } from '../diagnostics/index.ts';
import { runProcess } from '../host/index.ts';

const timeoutMs = 30_000;
/** The reference's style, for repositories without an `.editorconfig` of their own (specification 7.6). */
const usualStyle = ['-ln', 'bash', '-i', '2', '-bn', '-ci', '-sr'];

/**
 * The text of a PKGBUILD in the style of its repository (shfmt(1), specification 7.6): read by the formatter, never run.
 * `file` lies where the repository's `.editorconfig` applies; without one the usual style does, as shfmt takes either
 * the one or the other. Throws CIS010 for a text that the formatter cannot parse, SYS001 without shfmt.
 */
export async function formatRecipe(
  file: string,
  options: { readonly hasEditorconfig: boolean; readonly text: string },
): Promise<string> {
  const args = options.hasEditorconfig ? ['--filename', file] : usualStyle;
  const result = await runProcess('shfmt', args, { input: options.text, timeoutMs });
  if (result.code === 0) return result.stdout;
  const [first = result.why] = result.stderr.trim().split('\n');
  throw fault('CIS010', {
    what: `the PKGBUILD cannot be parsed: ${first.replace(/^.*?:(\d+:\d+:)/, '$1')}`,
    place: { file, ...placeOf(first) },
  });
}

function placeOf(message: string): { line?: number; column?: number } {
  const found = /:(\d+):(\d+):/.exec(message);
  return found ? { line: Number(found[1]), column: Number(found[2]) } : {};
}
