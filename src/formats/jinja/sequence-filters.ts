import { bind } from './bind.ts';
import { Dict, isTrue, iterate, lengthOf, typeName } from './dict.ts';
import { attributeReader, type Filter, type FilterTable, type Tools } from './filter-kit.ts';
import { memberOf } from './members.ts';
import { compute } from './operators.ts';
import { textOf } from './print.ts';
import { wrongUse } from './trouble.ts';
import { type Arguments, none, Stream, Tuple, Undefined, type Value } from './values.ts';

const first: Filter = (value, given) => {
  bind('first', given, []);
  for (const item of iterate(value)) return item;
  return new Undefined('No first item, sequence was empty.');
};

const last: Filter = (value, given) => {
  bind('last', given, []);
  if (value instanceof Stream) return wrongUse(`a ${typeName(value)} has no end that is known`);
  return [...iterate(value)].at(-1) ?? new Undefined('No last item, sequence was empty.');
};

const length: Filter = (value, given) => {
  bind('length', given, []);
  return lengthOf(value) ?? wrongUse(`a ${typeName(value)} has no length`);
};

const join: Filter = (value, given) => {
  const bound = bind('join', given, ['d', 'attribute']);
  const read = attributeReader(bound.value('attribute'));
  return Array.from(iterate(value), (item) => textOf(read(item))).join(bound.text('d', ''));
};

const list: Filter = (value, given) => {
  bind('list', given, []);
  return [...iterate(value)];
};

const reverse: Filter = (value, given) => {
  bind('reverse', given, []);
  if (typeof value === 'string') return [...value].reverse().join('');
  return new Stream([...iterate(value)].reverse(), 'list_reverseiterator');
};

const items: Filter = (value, given) => {
  bind('items', given, []);
  if (value instanceof Undefined) return new Stream([]);
  if (!(value instanceof Dict)) return wrongUse(`'items' expects a dict, not a ${typeName(value)}`);
  return new Stream(Array.from(value.entries(), (pair) => new Tuple(pair)));
};

const sum: Filter = (value, given) => {
  const bound = bind('sum', given, ['attribute', 'start']);
  const read = attributeReader(bound.value('attribute'));
  let total: Value = bound.value('start') ?? 0;
  for (const item of iterate(value)) {
    const next = read(item);
    total = compute('+', total, next);
  }
  return total;
};

/** Rows of so many items; the last one is filled up when something to fill with is given. */
function* rows(value: Value, count: number, fill: Value): Iterable<Value> {
  let row: Value[] = [];
  for (const item of iterate(value)) {
    if (row.length === count) {
      yield row;
      row = [];
    }
    row.push(item);
  }
  if (row.length === 0) return;
  while (fill !== none && row.length < count) row.push(fill);
  yield row;
}

const batch: Filter = (value, given) => {
  const bound = bind('batch', given, ['linecount', 'fill_with'], 1);
  return new Stream(rows(value, bound.integer('linecount', 1), bound.value('fill_with') ?? none));
};

/** So many columns of almost the same length, the longer ones first. */
function* columns(value: Value, count: number, fill: Value): Iterable<Value> {
  const all = [...iterate(value)];
  if (count <= 0) return wrongUse("'slice' is to make no columns");
  const [size, longer] = [Math.floor(all.length / count), all.length % count];
  let from = 0;
  for (let column = 0; column < count; column += 1) {
    const to = from + size + (column < longer ? 1 : 0);
    const part = all.slice(from, to);
    if (fill !== none && column >= longer) part.push(fill);
    yield part;
    from = to;
  }
}

const slice: Filter = (value, given) => {
  const bound = bind('slice', given, ['slices', 'fill_with'], 1);
  return new Stream(columns(value, bound.integer('slices', 1), bound.value('fill_with') ?? none));
};

function rest(given: Arguments, count: number): Arguments {
  return { positional: given.positional.slice(count), named: given.named };
}

/** What `map` does to each item: read an attribute of it, or filter it. */
function mapping(given: Arguments, tools: Tools): (item: Value) => Value {
  const [name] = given.positional;
  if (name === undefined) {
    const bound = bind('map', given, ['attribute', 'default']);
    const attribute =
      bound.value('attribute') ?? wrongUse("'map' lacks the name of a filter or an attribute");
    return attributeReader(attribute, bound.value('default'));
  }
  return (item) => tools.filter(textOf(name), item, rest(given, 1));
}

function* mapped(value: Value, change: (item: Value) => Value): Iterable<Value> {
  for (const item of iterate(value)) yield change(item);
}

const map: Filter = (value, given, tools) => {
  if (!isTrue(value)) return new Stream([]);
  return new Stream(mapped(value, mapping(given, tools)));
};

function* chosen(value: Value, isChosen: (item: Value) => boolean): Iterable<Value> {
  for (const item of iterate(value)) if (isChosen(item)) yield item;
}

/** `select` and its kin: which items stay, by a test or by truth; those with `attr` look at an attribute. */
function choose(isKept: boolean, hasAttribute: boolean): Filter {
  return (value, given, tools) => {
    if (!isTrue(value)) return new Stream([]);
    const [attribute] = given.positional;
    if (hasAttribute && attribute === undefined) return wrongUse('the name of an attribute is missing');
    const read = attributeReader(hasAttribute ? attribute : undefined);
    const inner = rest(given, hasAttribute ? 1 : 0);
    const [name] = inner.positional;
    const asks = (item: Value): boolean =>
      name === undefined ? isTrue(item) : tools.test(textOf(name), item, rest(inner, 1));
    return new Stream(chosen(value, (item) => asks(read(item)) === isKept));
  };
}

const attribute: Filter = (value, given) => {
  const name = bind('attr', given, ['name'], 1).text('name', '');
  if (value instanceof Undefined) return value.fail();
  return memberOf(value, name) ?? new Undefined(`'${typeName(value)} object' has no attribute '${name}'`);
};

/** Filters of lists and of everything else that can be iterated. */
export const sequenceFilters: FilterTable = [
  ['attr', attribute],
  ['batch', batch],
  ['count', length],
  ['first', first],
  ['items', items],
  ['join', join],
  ['last', last],
  ['length', length],
  ['list', list],
  ['map', map],
  ['reject', choose(false, false)],
  ['rejectattr', choose(false, true)],
  ['reverse', reverse],
  ['select', choose(true, false)],
  ['selectattr', choose(true, true)],
  ['slice', slice],
  ['sum', sum],
];
