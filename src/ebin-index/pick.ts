import { fault } from '../diagnostics/index.ts';
import type { Build } from './input.ts';

/** What `--pick` asks for. */
export interface Pick {
  /** Whether of several builds of one combination the first counts, not the newest. */
  readonly isFirst: boolean;
  readonly isWanted: (build: Build) => boolean;
}

const numbers: Readonly<Record<string, (build: Build) => number | undefined>> = {
  'build-id': ({ buildId }) => buildId,
  'build-time': ({ buildTime }) => buildTime,
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function predicate(text: string): (build: Build) => boolean {
  const match = /^([a-z-]+)(<=|>=|[=<>])(.+)$/.exec(text);
  const [, name = '', sign = '', value = ''] = match ?? [];
  const number = numbers[name];
  const compare = comparisons[sign];
  if (number && compare && /^\d+$/.test(value))
    return (build) => {
      const own = number(build);
      return own !== undefined && compare(own, Number(value));
    };
  if (name === 'path' && sign === '=') return ({ path }) => path === value;
  if (name === 'use' && sign === '=') {
    const off = value.startsWith('-');
    return ({ use }) => use.includes(off ? value.slice(1) : value) !== off;
  }
  throw fault('EBN071', {
    what: `'${text}' is nothing that builds can be picked by`,
    next: "Use 'newest', 'first', or conditions with commas between them: build-id<=5, build-time>1700000000, use=flag, use=-flag, path=FILE.",
  });
}

/**
 * Reads `--pick` (specification 3.5): `newest` (the default), `first`, or conditions with commas between them, all of which
 * a build has to meet; `first` may stand among them. Throws EBN071 for anything else.
 */
export function readPick(text = 'newest'): Pick {
  const words = text.split(',').map((word) => word.trim());
  const predicates = words.filter((word) => word !== 'newest' && word !== 'first').map(predicate);
  return {
    isFirst: words.includes('first'),
    isWanted: (build) => predicates.every((isMet) => isMet(build)),
  };
}
