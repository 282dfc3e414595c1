export * from './bson-value.ts';
export { parseExtendedJson, parseExtendedJsonDocument } from './parse.ts';
export { printDouble, printExtendedJson } from './print.ts';
