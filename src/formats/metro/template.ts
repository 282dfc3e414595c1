import type { Code } from '../../diagnostics/index.ts';
import type { TextRange } from './nodes.ts';

/** A reference `$[…]` (section 3); offsets count from the start of the node that it stands in. */
export interface Reference {
  /** `abs` `$[name]`; `self` `$[]`, the element named like the section; `rel` `$[:name]`, below the section. */
  readonly form: 'abs' | 'self' | 'rel';
  readonly name: string;
  /** `?`: whether the element is defined. */
  readonly test: boolean;
  readonly mod: 'zap' | 'lax' | undefined;
  readonly from: number;
  readonly to: number;
  /** Why it means nothing: E03 without an end, E04 a wrong modifier, E05 a target that cannot be one. */
  readonly slip: { readonly code: Code; readonly what: string } | undefined;
}

/** The whole name that a reference means; undefined outside of sections. */
export function targetName({ form, name }: Reference, section: string | undefined): string | undefined {
  if (form === 'abs') return name;
  if (section === undefined) return undefined;
  return form === 'self' ? section : `${section}/${name}`;
}

/** Text as it is, or a reference. */
export type Segment = string | Reference;

const unseen = /[\s]|\$\[/;

/**
 * The references of a text, and what stands between them. `$[[` is text (3.6). Without an end of its own, a reference
 * takes the rest of the text.
 *
 * @param at where the text begins, counted from the start of its node
 */
export function parseTemplate(text: string, at: number): readonly Segment[] {
  let open = text.indexOf('$[');
  if (open < 0) return text === '' ? [] : [text];
  const segments: Segment[] = [];
  let done = 0;
  while (open >= 0) {
    if (text.charCodeAt(open + 2) === 91) {
      open = text.indexOf('$[', open + 3);
      continue;
    }
    if (open > done) segments.push(text.slice(done, open));
    const close = text.indexOf(']', open + 2);
    const end = close < 0 ? text.length : close + 1;
    const range = { from: at + open, to: at + end };
    segments.push(
      close < 0
        ? unterminated(text.slice(open, end), range)
        : readReference(text.slice(open + 2, close), range),
    );
    done = end;
    open = text.indexOf('$[', done);
  }
  if (done < text.length) segments.push(text.slice(done));
  return segments;
}

function unterminated(text: string, range: TextRange): Reference {
  const slip = { code: 'MTR023', what: `'${text.slice(0, 40)}' has no ']'` } as const;
  return { form: 'abs', name: '', test: false, mod: undefined, ...range, slip };
}

/** What stands between `$[` and `]` (3.1 to 3.5). */
function readReference(target: string, range: TextRange): Reference {
  const test = target.endsWith('?');
  const inner = test ? target.slice(0, -1) : target;
  const wrong = (code: Code, what: string): Reference => ({
    ...{ form: 'abs', name: inner, test, mod: undefined },
    ...range,
    slip: { code, what },
  });
  if (unseen.test(target)) return wrong('MTR025', `'$[${target}]' names what no element can be called`);
  const isRelative = inner.startsWith(':');
  const colonAt = inner.indexOf(':', isRelative ? 1 : 0);
  const name = inner.slice(isRelative ? 1 : 0, colonAt < 0 ? undefined : colonAt);
  const word = colonAt < 0 ? undefined : inner.slice(colonAt + 1);
  if (name.includes('?')) return wrong('MTR024', `'?' stands before a modifier in '$[${target}]'`);
  if (word !== undefined && word !== 'zap' && word !== 'lax') {
    return wrong('MTR024', `there is no modifier '${word}', as in '$[${target}]'`);
  }
  const form = name === '' ? (isRelative || word === undefined ? 'self' : 'abs') : isRelative ? 'rel' : 'abs';
  const { from, to } = range;
  return { form, name, test, mod: word, from, to, slip: undefined };
}
