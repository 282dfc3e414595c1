export { compareBytes, compareTexts } from './compare-bytes.ts';
export { compareEntries, describeAspects, type EntryDifference } from './compare-entries.ts';
export { type PackageEntries, type PackageEntry, readBodies, readEntries } from './package-entries.ts';
