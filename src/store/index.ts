export { type DiskStoreOptions, openDiskStore } from './disk-store.ts';
export { openMemoryStore } from './memory-store.ts';
export type { CollectionReport, ObjectStore, PutOptions, StoredObject } from './object-store.ts';
