export { type DiskStoreOptions, openDiskStore } from './disk-store.ts';
export { openMemoryStore } from './memory-store.ts';
export type { CollectionReport, ObjectStore, StoredObject } from './object-store.ts';
