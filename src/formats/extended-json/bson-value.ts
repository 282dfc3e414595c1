import type * as bson from 'bson';

/** The classes of BSON values that JavaScript has no literal for, from the npm package `bson`. */
export {
  Binary,
  BSONRegExp,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';

/**
 * What can stand in a record: every BSON type that goes both ways. A `number` without a fraction is an integer, and one
 * with a fraction a double; `Double` makes a double of a whole number and `bigint` a 64-bit integer of any.
 */
export type BsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | RegExp
  | Uint8Array
  | bson.Binary
  | bson.BSONRegExp
  | bson.Code
  | bson.DBRef
  | bson.Decimal128
  | bson.Double
  | bson.Int32
  | bson.Long
  | bson.MaxKey
  | bson.MinKey
  | bson.ObjectId
  | bson.Timestamp
  | readonly BsonValue[]
  | BsonDocument;

/** A mapping of names to values; the order of its names means nothing. */
export interface BsonDocument {
  readonly [name: string]: BsonValue;
}
