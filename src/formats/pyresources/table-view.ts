import { fault } from '../../diagnostics/index.ts';
import type { MapCodec } from './codec.ts';
import { decodeMessage } from './datafile.ts';
import { InternTable, MessageReader, readFault } from './message-reader.ts';

/** A table that may be read entry by entry; maps are tables. */
export interface TableView<K, V> {
  readonly size: number;
  /** Undefined: there is none. Throws MPY301 and the like where the bytes of an entry are damaged. */
  get(key: K): V | undefined;
}

/**
 * A view of the MessagePack of a table by hashes, whose entries are read when somebody asks for them. The whole of it is passed
 * over once, so that a file that is cut off or has bytes behind its end is found here. Throws MPY300 to MPY304.
 */
export function viewTableBytes<V>(
  codec: MapCodec<bigint, V>,
  bytes: Uint8Array,
  { name, texts = new InternTable() }: { readonly name: string; readonly texts?: InternTable },
): TableView<bigint, V> {
  const { keys, offsets, inOrder } = readKeys(bytes, name);
  // writers put keys in order; of one that did not, they are looked up one by one
  const places = inOrder ? undefined : new Map(Array.from(keys, (key, index) => [key, index] as const));
  const known = new Map<number, V>();
  return {
    size: keys.length,
    get: (key) => {
      const index = places === undefined ? findKey(keys, key) : places.get(key);
      if (index === undefined) return undefined;
      const before = known.get(index);
      if (before !== undefined) return before;
      const value = decodeMessage(codec.value, bytes.subarray(offsets[2 * index], offsets[2 * index + 1]), {
        name: `${name}[${key}]`,
        texts,
      });
      known.set(index, value);
      return value;
    },
  };
}

interface Keys {
  readonly keys: BigUint64Array;
  /** Where the value of each key begins and ends. */
  readonly offsets: Uint32Array;
  readonly inOrder: boolean;
}

function readKeys(bytes: Uint8Array, name: string): Keys {
  const reader = new MessageReader(bytes);
  let inOrder = true;
  try {
    const count = reader.mapHead();
    const keys = new BigUint64Array(count);
    const offsets = new Uint32Array(2 * count);
    let last = -1n;
    for (let index = 0; index < count; index += 1) {
      const key = reader.u64();
      inOrder &&= key > last;
      last = key;
      keys[index] = key;
      offsets[2 * index] = reader.at;
      reader.skip();
      offsets[2 * index + 1] = reader.at;
    }
    if (reader.left > 0) throw fault('MPY303', { what: `${reader.left} bytes follow the end of '${name}'` });
    return { keys, offsets, inOrder };
  } catch (error) {
    throw readFault(error, name);
  }
}

function findKey(keys: BigUint64Array, wanted: bigint): number | undefined {
  let [low, high] = [0, keys.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle] as bigint;
    if (key === wanted) return middle;
    if (key < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
