import type { Cell } from './definitions.ts';
import { type Knowledge, limits } from './knowledge.ts';
import { type Memo, type Result, textResult } from './results.ts';
import { writtenValue } from './value-lines.ts';

const plainTarget = /^[^:?\s$[]+$/;

/**
 * The value of an element of a single line when nothing special stands in it: texts, and plain references to elements whose values are
 * known. Undefined when it takes more than that, or when something has to be worked out first. Most elements are
 * like this, and it costs a fraction of a frame.
 */
export function directValue(knowledge: Knowledge, cell: Cell, mode: 'text' | 'lines'): Result | undefined {
  const { sole } = cell;
  if (!sole || sole.node.isBlock || mode === 'lines') return undefined;
  const written = writtenValue(sole);
  let open = written.indexOf('$[');
  // '<<' may be what it begins with; values that were passed may begin with spaces
  const head = written.charCodeAt(0);
  if (head === 60 || head === 32 || head === 9) return undefined;
  if (open < 0) return written.length > limits.valueUnits ? undefined : textResult(written, 1, undefined);
  let text = '';
  let done = 0;
  let depth = 1;
  while (open >= 0) {
    const close = written.indexOf(']', open);
    const known = close < 0 ? undefined : knownText(knowledge, cell, written.slice(open + 2, close));
    if (!known) return undefined;
    text += written.slice(done, open) + known.text;
    if (known.depth >= depth) depth = known.depth + 1;
    done = close + 1;
    open = written.indexOf('$[', done);
  }
  if (done < written.length) text += written.slice(done);
  if (text.length > limits.valueUnits || depth > limits.depth) return undefined;
  return textResult(text, depth, undefined);
}

function knownText(knowledge: Knowledge, user: Cell, target: string): Result | undefined {
  if (!plainTarget.test(target)) return undefined;
  const cell = knowledge.definitions.get(target);
  const memo = cell?.memo;
  if (!memo || memo.owner !== knowledge) return undefined;
  const { text } = memo as Memo;
  if (text?.kind !== 'text' || text.absent) return undefined;
  knowledge.onUse?.(user, target);
  return text;
}
