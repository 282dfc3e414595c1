import { bind } from './bind.ts';
import { compare, equals } from './compare.ts';
import { Dict, DictView, iterate, typeName } from './dict.ts';
import type { MethodTable } from './method.ts';
import { repr } from './print.ts';
import { wrongUse } from './trouble.ts';
import { type Arguments, none, Tuple, type Value } from './values.ts';

const one = (who: string, given: Arguments): Value => bind(who, given, ['item'], 1).value('item') as Value;
const takesNothing = (who: string, given: Arguments): void => void bind(who, given, []);

function count(items: readonly Value[], given: Arguments): number {
  const wanted = one('count', given);
  return items.filter((item) => equals(item, wanted)).length;
}

function index(items: readonly Value[], given: Arguments): number {
  const bound = bind('index', given, ['item', 'start', 'stop'], 1);
  const wanted = bound.value('item') as Value;
  const place = (at: number): number => (at < 0 ? Math.max(0, at + items.length) : at);
  const from = place(bound.integer('start', 0));
  const to = Math.min(items.length, place(bound.integer('stop', items.length)));
  for (let at = from; at < to; at += 1) if (equals(items[at] as Value, wanted)) return at;
  return wrongUse(`${repr(wanted)} is not in the list`);
}

/** Where `pop` and `remove` take an item out. @throws when there is no such place */
function takeOut(self: Value[], at: number): Value {
  const place = at < 0 ? self.length + at : at;
  if (place < 0 || place >= self.length) {
    return wrongUse(self.length ? 'the index is out of range' : 'nothing can be taken from an empty list');
  }
  return self.splice(place, 1)[0] as Value;
}

/** Items in order; equal ones keep theirs. */
export function sorted(
  items: Iterable<Value>,
  isReverse: boolean,
  key = (item: Value): Value => item,
): Value[] {
  const keyed = [...items].map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => (isReverse ? compare(b.key, a.key) : compare(a.key, b.key)));
  return keyed.map(({ item }) => item);
}

export const listMethods: MethodTable<Value[]> = {
  append(self, given) {
    self.push(one('append', given));
    return none;
  },
  clear(self, given) {
    takesNothing('clear', given);
    self.length = 0;
    return none;
  },
  copy(self, given) {
    takesNothing('copy', given);
    return [...self];
  },
  count,
  extend(self, given) {
    for (const item of [...iterate(one('extend', given))]) self.push(item);
    return none;
  },
  index,
  insert(self, given) {
    const bound = bind('insert', given, ['index', 'item'], 2);
    self.splice(bound.integer('index', 0), 0, bound.value('item') as Value);
    return none;
  },
  pop(self, given) {
    return takeOut(self, bind('pop', given, ['index']).integer('index', -1));
  },
  remove(self, given) {
    takeOut(self, index(self, { positional: [one('remove', given)], named: new Map() }));
    return none;
  },
  reverse(self, given) {
    takesNothing('reverse', given);
    self.reverse();
    return none;
  },
  sort(self, given) {
    const bound = bind('sort', given, ['reverse']);
    self.splice(0, self.length, ...sorted(self, bound.integer('reverse', 0) !== 0));
    return none;
  },
};

export const tupleMethods: MethodTable<Tuple> = {
  count: (self, given) => count(self.items, given),
  index: (self, given) => index(self.items, given),
};

/** What `dict(...)` and `update(...)` take: a dict or pairs, then named values. */
export function pairsOf(who: string, given: Arguments): [Value, Value][] {
  if (given.positional.length > 1) return wrongUse(`'${who}' takes one dict or list of pairs`);
  const [source] = given.positional;
  const pairs: [Value, Value][] = [];
  if (source instanceof Dict) for (const [key, value] of source.entries()) pairs.push([key, value]);
  else if (source !== undefined) for (const pair of iterate(source)) pairs.push(pairOf(pair));
  for (const [name, value] of given.named) pairs.push([name, value]);
  return pairs;
}

function pairOf(value: Value): [Value, Value] {
  const parts = [...iterate(value)];
  if (parts.length !== 2) return wrongUse(`a pair is expected, and ${repr(value)} has ${parts.length} parts`);
  return [parts[0] as Value, parts[1] as Value];
}

const keyAndDefault = (who: string, given: Arguments): { key: Value; missing: Value | undefined } => {
  const bound = bind(who, given, ['key', 'default'], 1);
  return { key: bound.value('key') as Value, missing: bound.value('default') };
};

export const dictMethods: MethodTable<Dict> = {
  clear(self, given) {
    takesNothing('clear', given);
    self.clear();
    return none;
  },
  copy(self, given) {
    takesNothing('copy', given);
    return new Dict(self.entries());
  },
  get(self, given) {
    const { key, missing } = keyAndDefault('get', given);
    return self.get(key) ?? missing ?? none;
  },
  items(self, given) {
    takesNothing('items', given);
    return new DictView(self, 'items');
  },
  keys(self, given) {
    takesNothing('keys', given);
    return new DictView(self, 'keys');
  },
  values(self, given) {
    takesNothing('values', given);
    return new DictView(self, 'values');
  },
  pop(self, given) {
    const { key, missing } = keyAndDefault('pop', given);
    const found = self.get(key);
    if (found === undefined) return missing ?? wrongUse(`the dict has no key ${repr(key)}`);
    self.delete(key);
    return found;
  },
  popitem(self, given) {
    takesNothing('popitem', given);
    const last = [...self.entries()].at(-1) ?? wrongUse('the dict is empty');
    self.delete(last[0]);
    return new Tuple(last);
  },
  setdefault(self, given) {
    const { key, missing } = keyAndDefault('setdefault', given);
    const found = self.get(key);
    if (found !== undefined) return found;
    self.set(key, missing ?? none);
    return missing ?? none;
  },
  update(self, given) {
    for (const [key, value] of pairsOf('update', given)) self.set(key, value);
    return none;
  },
};

/** The parts that a value is unpacked into. @throws TPL004 when their number differs */
export function unpack(value: Value, count: number): Value[] {
  const parts = [...iterate(value)];
  if (parts.length === count) return parts;
  return wrongUse(`${count} values are expected here, and the ${typeName(value)} has ${parts.length}`);
}
