/** Parts of a farm that can be dumped. */
export const dumpSubjects = [
  'config',
  'plan',
  'queue',
  'events',
  'attempts',
  'inventory',
  'generations',
  'store',
] as const;
export type DumpSubject = (typeof dumpSubjects)[number];
