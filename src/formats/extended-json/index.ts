export {
  Binary,
  BSONRegExp,
  type BsonDocument,
  type BsonValue,
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
} from './bson-value.ts';
export { parseExtendedJson, parseExtendedJsonDocument } from './parse.ts';
export { printDouble, printExtendedJson } from './print.ts';
