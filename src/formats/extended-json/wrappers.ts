/** Names that make an object of Extended JSON the value of another type. */
const wrapperNames: ReadonlySet<string> = new Set([
  '$oid',
  '$numberInt',
  '$numberLong',
  '$numberDouble',
  '$numberDecimal',
  '$date',
  '$binary',
  '$uuid',
  '$regularExpression',
  '$code',
  '$timestamp',
  '$minKey',
  '$maxKey',
]);

/** Whether a plain mapping would be read back as a value of another type. */
export function isWrapper(value: object): boolean {
  if (Object.hasOwn(value, '$ref') && Object.hasOwn(value, '$id')) return true;
  for (const name of Object.keys(value)) if (wrapperNames.has(name)) return true;
  return false;
}
