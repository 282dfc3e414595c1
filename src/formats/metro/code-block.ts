import { createHash } from 'node:crypto';
import type { Code } from '../../diagnostics/index.ts';
import type { Knowledge } from './knowledge.ts';
import { shortened } from './parse-file.ts';

/** SHA-256 of the only code that old files hold, words joined by single spaces: it shows three variables (3.9). */
const knownCode = '5a9fb85d242508092aae8872f432263381c9dcf12f5a87af9fc30f7b649e52e9';
const knownVariables = ['http_proxy', 'ftp_proxy', 'RSYNC_PROXY'];

/** Variables that `<?env` may show unless a caller says otherwise: those of the code that is known. */
export const usualVariables: readonly string[] = knownVariables;

interface CodeBlock {
  readonly language: 'env' | 'python';
  readonly raw: readonly string[];
}

/**
 * The lines that a code block stands for (3.9): of `<?env` one for each variable it names, as `NAME="value"` or as a comment.
 * Nothing is ever executed: any other code than the one that is known is METRO-S01.
 */
export function showVariables(
  { language, raw }: CodeBlock,
  knowledge: Knowledge,
): { readonly lines: readonly string[] } | { readonly code: Code; readonly what: string } {
  const words = raw.flatMap((line) => line.split(/\s+/)).filter((word) => word !== '');
  if (language === 'python') {
    const digest = createHash('sha256').update(words.join(' ')).digest('hex');
    if (digest !== knownCode) return { code: 'MTR051', what: 'a block holds Python, which is not executed' };
  }
  const lines: string[] = [];
  for (const name of language === 'python' ? knownVariables : words) {
    const value = knowledge.variable(name);
    if (typeof value === 'object') {
      return { code: 'MTR051', what: `the variable '${shortened(name)}' may not be shown` };
    }
    lines.push(value === undefined ? `# ${name} is not set` : `${name}="${value}"`);
  }
  return { lines };
}
