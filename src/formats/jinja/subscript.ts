import { Dict, hasPairs, sequenceOf, typeName } from './dict.ts';
import { itemOf, memberOf } from './members.ts';
import { asIndex } from './numbers.ts';
import { repr } from './print.ts';
import { wrongUse } from './trouble.ts';
import { none, Range, Tuple, Undefined, type Value } from './values.ts';

function lacking(value: Value, key: Value): Undefined {
  const kind = value === none ? 'None' : `${typeName(value)} object`;
  if (typeof key === 'string') return new Undefined(`'${kind}' has no attribute '${key}'`);
  return new Undefined(`'${kind}' has no element ${repr(key)}`);
}

/** `value.name`: the attribute, else the item, else undefined. @throws TPL002 when the value itself is undefined */
export function attributeOf(value: Value, name: string): Value {
  if (value instanceof Undefined) return value.fail();
  return memberOf(value, name) ?? itemOf(value, name) ?? lacking(value, name);
}

/** `value[key]`: the item, else for a text the attribute, else undefined. @throws TPL002 as above */
export function subscriptOf(value: Value, key: Value): Value {
  if (value instanceof Undefined) return value.fail();
  const item = isKey(key) ? itemOf(value, key) : undefined;
  if (item !== undefined) return item;
  return (typeof key === 'string' ? memberOf(value, key) : undefined) ?? lacking(value, key);
}

/** Lists and dicts are no keys of anything; asking with one finds nothing, which is no mistake here. */
function isKey(key: Value): boolean {
  return !Array.isArray(key) && !(key instanceof Dict);
}

/** A part of a slice that was not given is None. */
export interface Bounds {
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}

/** First index, end and step of a slice over `length` items, as Python's `slice.indices`. */
function indices(length: number, { start, stop, step }: Bounds): [number, number, number] {
  const by = step === none ? 1 : asIndex(step, 'a part of a slice');
  if (by === 0) return wrongUse('the step of a slice is zero');
  const [low, high] = by > 0 ? [0, length] : [-1, length - 1];
  const place = (bound: Value, missing: number): number => {
    if (bound === none) return missing;
    const index = asIndex(bound, 'a part of a slice');
    return Math.min(high, Math.max(low, index < 0 ? index + length : index));
  };
  return [place(start, by > 0 ? low : high), place(stop, by > 0 ? high : low), by];
}

/** `value[start:stop:step]`. @throws TPL004 for what has no slices */
export function sliceOf(value: Value, bounds: Bounds): Value {
  if (value instanceof Undefined) return value.fail();
  for (const bound of [bounds.start, bounds.stop, bounds.step]) if (bound instanceof Undefined) bound.fail();
  if (value instanceof Range) {
    const [start, stop, step] = indices(value.length(), bounds);
    return new Range(value.at(start), value.at(stop), value.step * step);
  }
  const items = sequenceOf(value);
  if (items === undefined) return wrongUse(`'${typeName(value)}' object has no slices`);
  const [start, stop, step] = indices(items.length, bounds);
  if (typeof value === 'string' && step === 1 && !hasPairs(value))
    return value.slice(start, Math.max(start, stop));
  const chosen: Value[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) chosen.push(items[at] as Value);
  if (typeof value === 'string') return chosen.join('');
  return Array.isArray(value) ? chosen : new Tuple(chosen);
}
