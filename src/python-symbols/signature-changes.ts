import type { GraphParameter, GraphSignature } from '../formats/python-graph/index.ts';

/**
 * What a change of a signature does to those who call: `calls`: some call that was right is refused now; `meaning`: all are
 * accepted, and some do another thing; `nothing`: neither.
 */
export type ChangeEffect = 'calls' | 'meaning' | 'nothing';

export interface SignatureChange {
  /** Lower case, no full stop. */
  readonly what: string;
  readonly effect: ChangeEffect;
}

/** A signature as a caller sees it. */
interface Callable {
  readonly positional: readonly GraphParameter[];
  /** Parameters that a keyword reaches; those that are positional too with their place. */
  readonly keywords: ReadonlyMap<string, { readonly parameter: GraphParameter; readonly place: number }>;
  readonly mostPositional: number;
  /** Positional arguments that every call has, since nothing else can give them. */
  readonly leastPositional: number;
  readonly hasAnyKeyword: boolean;
}

const isNeeded = ({ defaultText, kind }: GraphParameter): boolean =>
  defaultText === null && !kind.startsWith('var-');

function asCallable({ parameters }: GraphSignature): Callable {
  const positional = parameters.filter(({ kind }) => kind.startsWith('positional-'));
  const keywords = new Map<string, { parameter: GraphParameter; place: number }>();
  positional.forEach((parameter, place) => {
    if (parameter.kind === 'positional-or-keyword') keywords.set(parameter.name, { parameter, place });
  });
  for (const parameter of parameters) {
    if (parameter.kind === 'keyword-only') keywords.set(parameter.name, { parameter, place: Infinity });
  }
  const hasMany = parameters.some(({ kind }) => kind === 'var-positional');
  return {
    positional,
    keywords,
    mostPositional: hasMany ? Infinity : positional.length,
    leastPositional: positional.filter((one) => one.kind === 'positional-only' && isNeeded(one)).length,
    hasAnyKeyword: parameters.some(({ kind }) => kind === 'var-keyword'),
  };
}

/**
 * What is different between two signatures of one callable. Exactly when some call that the old one accepts is refused by the
 * new one, there is a change with the effect `calls`.
 */
export function signatureChanges(before: GraphSignature, after: GraphSignature): readonly SignatureChange[] {
  const [old, now] = [asCallable(before), asCallable(after)];
  return [
    ...fewerPositional(old, now),
    ...lostKeywords(old, now),
    ...takenTwice(old, now),
    ...newlyNeeded(old, now),
    ...otherMeaning(old, now),
    ...added(before, after),
    ...(before.returns === after.returns
      ? []
      : [
          change(
            `returns '${after.returns ?? 'nothing known'}' instead of '${before.returns ?? 'nothing known'}'`,
          ),
        ]),
  ];
}

const change = (what: string, effect: ChangeEffect = 'nothing'): SignatureChange => ({ what, effect });

function fewerPositional(old: Callable, now: Callable): readonly SignatureChange[] {
  if (old.mostPositional <= now.mostPositional) return [];
  const most = old.mostPositional === Infinity ? 'any number' : String(old.mostPositional);
  return [change(`takes at most ${now.mostPositional} positional arguments instead of ${most}`, 'calls')];
}

function lostKeywords(old: Callable, now: Callable): readonly SignatureChange[] {
  if (now.hasAnyKeyword) return [];
  const lost = [...old.keywords.keys()].filter((name) => !now.keywords.has(name));
  const changes = lost.map((name) => change(`has no keyword '${name}' any more`, 'calls'));
  if (old.hasAnyKeyword) changes.push(change('takes no keywords beyond its own any more', 'calls'));
  return changes;
}

/** Keywords that a call may give beside positional arguments, which now reach the same parameter. */
function takenTwice(old: Callable, now: Callable): readonly SignatureChange[] {
  const changes: SignatureChange[] = [];
  for (const [name, { place }] of now.keywords) {
    const known = old.keywords.get(name);
    if (known === undefined && !old.hasAnyKeyword) continue;
    const most = Math.min(old.mostPositional, known?.place ?? Infinity);
    if (place < most) changes.push(change(`'${name}' is the positional argument ${place + 1} now`, 'calls'));
  }
  return changes;
}

function newlyNeeded(old: Callable, now: Callable): readonly SignatureChange[] {
  const changes: SignatureChange[] = [];
  const tell = ({ name }: GraphParameter): void => {
    changes.push(change(`needs '${name}'`, 'calls'));
  };
  now.positional.forEach((parameter, place) => {
    if (!isNeeded(parameter) || old.leastPositional > place) return;
    const known = parameter.kind === 'positional-only' ? undefined : old.keywords.get(parameter.name);
    if (known === undefined || !isNeeded(known.parameter)) tell(parameter);
    else if (known.place < place)
      changes.push(change(`'${parameter.name}' comes later than before`, 'calls'));
  });
  for (const [name, { parameter, place }] of now.keywords) {
    if (place !== Infinity || !isNeeded(parameter)) continue;
    const known = old.keywords.get(name);
    if (known === undefined || !isNeeded(known.parameter)) tell(parameter);
    else if (known.place !== Infinity) changes.push(change(`takes '${name}' by keyword alone`, 'calls'));
  }
  return changes;
}

/** Places and defaults that mean another thing. */
function otherMeaning(old: Callable, now: Callable): readonly SignatureChange[] {
  const changes: SignatureChange[] = [];
  old.positional.forEach((parameter, place) => {
    const other = now.positional[place];
    if (other === undefined || other.name === parameter.name) return;
    const isReordered =
      now.positional.some(({ name }) => name === parameter.name) ||
      old.positional.some(({ name }) => name === other.name);
    const what = `the positional argument ${place + 1} is '${other.name}' instead of '${parameter.name}'`;
    changes.push(change(what, isReordered ? 'meaning' : 'nothing'));
  });
  const all = ({ positional, keywords }: Callable): Map<string, GraphParameter> =>
    new Map([
      ...positional.map((one) => [one.name, one] as const),
      ...[...keywords].map(([name, { parameter }]) => [name, parameter] as const),
    ]);
  const late = all(now);
  for (const [name, parameter] of all(old)) {
    const other = late.get(name);
    if (other === undefined) continue;
    const [was, is] = [parameter.defaultText, other.defaultText];
    if (was !== null && is !== null && was !== is)
      changes.push(change(`the default of '${name}' is '${is}' instead of '${was}'`, 'meaning'));
    else if (was === null && is !== null) changes.push(change(`'${name}' may be left out`));
    if (parameter.annotation !== other.annotation)
      changes.push(
        change(
          `'${name}' is '${other.annotation ?? 'anything'}' instead of '${parameter.annotation ?? 'anything'}'`,
        ),
      );
  }
  return changes;
}

function added(before: GraphSignature, after: GraphSignature): readonly SignatureChange[] {
  const known = new Set(before.parameters.map(({ name }) => name));
  return after.parameters
    .filter((one) => !known.has(one.name) && !isNeeded(one))
    .map(({ name, kind }) => {
      const stars = kind === 'var-positional' ? '*' : kind === 'var-keyword' ? '**' : '';
      return change(`takes '${stars}${name}' too`);
    });
}
