import {
  parseShell,
  type ShellAssignment,
  type ShellText,
  type ShellWord,
  walkShell,
} from '../formats/shell/index.ts';
import { type RecipeFolder, textOf } from './recipe-folder.ts';

/** An element of an array, or the value of a scalar, where it stands. */
export interface ValueAt {
  /** Without quotes, expansions as written. */
  readonly text: string;
  readonly line: number;
}

/** What a report asks of one side's PKGBUILD. */
export interface RecipeView {
  readonly folder: RecipeFolder;
  readonly shell: ShellText;
  readonly text: string;
  /** Scalars outside of functions; the last one wins. */
  readonly scalars: ReadonlyMap<string, ValueAt>;
  /** Arrays outside of functions, and in those that make packages as `package_x: depends`. */
  readonly arrays: ReadonlyMap<string, readonly ValueAt[]>;
}

export function viewRecipe(folder: RecipeFolder): RecipeView {
  const text = textOf(folder.files.get('PKGBUILD')) ?? '';
  const shell = parseShell(text, 'PKGBUILD');
  const scalars = new Map<string, ValueAt>();
  const arrays = new Map<string, ValueAt[]>();
  walkShell(shell, ({ kind, node }, inFunction) => {
    if (kind !== 'assignment') return;
    const isPackage = inFunction !== undefined && /^package(?:_|$)/.test(inFunction);
    if (inFunction !== undefined && !isPackage) return;
    const key = isPackage ? `${inFunction}: ${node.name}` : node.name;
    const line = node.place.line;
    if (node.value) scalars.set(key, { text: node.value.text, line });
    else note(arrays, key, node);
  });
  return { folder, shell, text, scalars, arrays };
}

function note(arrays: Map<string, ValueAt[]>, key: string, { operator, elements }: ShellAssignment): void {
  const values = (elements ?? []).flatMap(({ word }) =>
    braces(word).map((text) => ({ text, line: word.place.line })),
  );
  arrays.set(key, operator === '+=' ? [...(arrays.get(key) ?? []), ...values] : values);
}

/** `name{,.sig}` as Bash takes it; deeper braces are left as they are. */
function braces(word: ShellWord): readonly string[] {
  if (word.literal !== undefined) return [word.text];
  const match = /^([^{}]*)\{([^{}]*,[^{}]*)\}([^{}]*)$/.exec(
    word.text.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, '$$$1'),
  );
  if (!match) return [word.text];
  return (match[2] as string).split(',').map((part) => `${match[1]}${part}${match[3]}`);
}

/** A value with the variables in it that are plain; others stay as they are written. */
export function expanded(text: string, scalars: RecipeView['scalars'], depth = 4): string {
  if (depth === 0) return text;
  return text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced?: string, bare?: string) => {
    const value = scalars.get(braced ?? bare ?? '')?.text;
    return value === undefined || value.length > 300
      ? whole
      : expanded(value, scalars, depth - 1).slice(0, 2000);
  });
}

/** Items of one list that the other one has not, with the count of equal ones in mind. */
export function missingFrom<Item>(
  items: readonly Item[],
  others: readonly Item[],
  keyOf: (item: Item) => string,
): readonly Item[] {
  const counts = new Map<string, number>();
  for (const one of others) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return items.filter((one) => {
    const left = counts.get(keyOf(one)) ?? 0;
    if (left > 0) counts.set(keyOf(one), left - 1);
    return left === 0;
  });
}
