import { bind } from './bind.ts';
import { sorted } from './collection-methods.ts';
import { compare, equals } from './compare.ts';
import { Dict, isTrue, iterate, typeName } from './dict.ts';
import { attributeReader, type Filter, type FilterTable, foldCase } from './filter-kit.ts';
import { wrongUse } from './trouble.ts';
import { NamedTuple, Stream, Tuple, Undefined, type Value } from './values.ts';

/** Texts compare without case unless that is asked for. */
const folding = (isCaseSensitive: Value | undefined): ((value: Value) => Value) =>
  isTrue(isCaseSensitive ?? false) ? (value) => value : foldCase;

const sort: Filter = (value, given) => {
  const bound = bind('sort', given, ['reverse', 'case_sensitive', 'attribute']);
  const fold = folding(bound.value('case_sensitive'));
  const attribute = bound.value('attribute');
  const parts = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const readers = parts.map((part) => attributeReader(part));
  const key = (item: Value): Value => readers.map((read) => fold(read(item)));
  return sorted(iterate(value), isTrue(bound.value('reverse') ?? false), key);
};

const dictSort: Filter = (value, given) => {
  const bound = bind('dictsort', given, ['case_sensitive', 'by', 'reverse']);
  if (value instanceof Undefined) return value.fail();
  if (!(value instanceof Dict)) return wrongUse(`'dictsort' expects a dict, not a ${typeName(value)}`);
  const by = bound.text('by', 'key');
  if (by !== 'key' && by !== 'value') return wrongUse("'dictsort' sorts by 'key' or by 'value'");
  const fold = folding(bound.value('case_sensitive'));
  const pairs = Array.from(value.entries(), (pair) => new Tuple(pair));
  const isReverse = isTrue(bound.value('reverse') ?? false);
  return sorted(pairs, isReverse, (pair) => fold((pair as Tuple).items[by === 'key' ? 0 : 1] as Value));
};

/** Values of which no two have equal keys. */
function* distinct(value: Value, key: (item: Value) => Value): Iterable<Value> {
  const seen = new Dict();
  for (const item of iterate(value)) {
    const inner = key(item);
    if (seen.has(inner)) continue;
    seen.set(inner, true);
    yield item;
  }
}

const unique: Filter = (value, given) => {
  const bound = bind('unique', given, ['case_sensitive', 'attribute']);
  const fold = folding(bound.value('case_sensitive'));
  const read = attributeReader(bound.value('attribute'));
  return new Stream(distinct(value, (item) => fold(read(item))));
};

/** The smallest or the largest; of equal ones the first. */
function extreme(who: string, sign: 1 | -1): Filter {
  return (value, given) => {
    const bound = bind(who, given, ['case_sensitive', 'attribute']);
    const fold = folding(bound.value('case_sensitive'));
    const read = attributeReader(bound.value('attribute'));
    let best: { item: Value; key: Value } | undefined;
    for (const item of iterate(value)) {
      const key = fold(read(item));
      if (!best || compare(key, best.key) * sign < 0) best = { item, key };
    }
    return best?.item ?? new Undefined('No aggregated item, sequence was empty.');
  };
}

const groupBy: Filter = (value, given) => {
  const bound = bind('groupby', given, ['attribute', 'default', 'case_sensitive'], 1);
  const fold = folding(bound.value('case_sensitive'));
  const read = attributeReader(bound.value('attribute'), bound.value('default'));
  const key = (item: Value): Value => fold(read(item));
  const groups: { key: Value; shown: Value; items: Value[] }[] = [];
  for (const item of sorted(iterate(value), false, key)) {
    const group = groups.at(-1);
    if (group && equals(group.key, key(item))) group.items.push(item);
    else groups.push({ key: key(item), shown: read(item), items: [item] });
  }
  return groups.map(({ shown, items }) => new NamedTuple(['grouper', 'list'], [shown, items]));
};

/** Filters that bring values into an order or compare them. */
export const orderFilters: FilterTable = [
  ['dictsort', dictSort],
  ['groupby', groupBy],
  ['max', extreme('max', -1)],
  ['min', extreme('min', 1)],
  ['sort', sort],
  ['unique', unique],
];
