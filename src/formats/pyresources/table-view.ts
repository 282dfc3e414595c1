import { checkCount, type Section } from './blocks.ts';
import type { MapCodec } from './codec.ts';
import { decodeMessage } from './datafile.ts';
import { InternTable } from './intern-table.ts';
import { MessageReader } from './message-reader.ts';
import { readFault } from './read-trouble.ts';

/** A table that may be read entry by entry; maps are tables. */
export interface TableView<K, V> {
  /** Undefined: there is none. Throws MPY301 and the like where the bytes of an entry are damaged. */
  get(key: K): V | undefined;
}

/**
 * A view of a datafile by hashes: a section is unpacked and an entry is read when somebody asks for them. A section is passed over
 * whole first, so that nothing is used of one that is cut off. What is damaged throws MPY300 to MPY305 and MPY308 then.
 */
export function viewTableSections<V>(
  codec: MapCodec<bigint, V>,
  sections: readonly Section<unknown>[],
  { name, texts = new InternTable() }: { readonly name: string; readonly texts?: InternTable },
): TableView<bigint, V> {
  const firsts = BigUint64Array.from(sections, ({ keys }) => (keys?.[0] ?? 0n) as bigint);
  const shelves = new Map<number, Shelf>();
  const known = new Map<bigint, V>();
  const shelfAt = (at: number): Shelf => {
    const shelf = shelves.get(at) ?? readShelf(sections[at] as Section<unknown>, { hasHead: at === 0, name });
    shelves.set(at, shelf);
    return shelf;
  };
  return {
    get: (key) => {
      const before = known.get(key);
      if (before !== undefined) return before;
      const at = sections.length === 1 ? 0 : lastNotAbove(firsts, key);
      if (at < 0) return undefined;
      const { keys, offsets, bytes, places } = shelfAt(at);
      const index = places === undefined ? lastNotAbove(keys, key) : (places.get(key) ?? -1);
      if (index < 0 || keys[index] !== key) return undefined;
      const value = decodeMessage(codec.value, bytes.subarray(offsets[2 * index], offsets[2 * index + 1]), {
        name: `${name}[${key}]`,
        texts,
      });
      known.set(key, value);
      return value;
    },
  };
}

interface Shelf {
  readonly bytes: Uint8Array;
  readonly keys: BigUint64Array;
  /** Where the value of each key begins and ends. */
  readonly offsets: readonly number[];
  /** Writers put keys in order; of one that did not, the place of each. */
  readonly places: ReadonlyMap<bigint, number> | undefined;
}

function readShelf(
  section: Section<unknown>,
  { hasHead, name }: { readonly hasHead: boolean; readonly name: string },
): Shelf {
  const bytes = section.bytes();
  const reader = new MessageReader(bytes);
  const keys: bigint[] = [];
  const offsets: number[] = [];
  let inOrder = true;
  try {
    const count = hasHead ? reader.mapHead({ streamed: true }) : undefined;
    while (reader.left > 0) {
      const key = reader.u64();
      inOrder &&= key > (keys.at(-1) ?? -1n);
      keys.push(key);
      offsets.push(reader.at);
      reader.skip();
      offsets.push(reader.at);
    }
    checkCount(section, { name, found: keys.length, count });
  } catch (error) {
    throw readFault(error, name);
  }
  const places = inOrder ? undefined : new Map(keys.map((key, index) => [key, index]));
  return { bytes, keys: BigUint64Array.from(keys), offsets, places };
}

/** Index of the last key that is not above the one that is wanted; -1: there is none. */
function lastNotAbove(keys: BigUint64Array, wanted: bigint): number {
  let [low, high] = [0, keys.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as bigint) <= wanted) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
