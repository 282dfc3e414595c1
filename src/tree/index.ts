export type {
  FailurePolicy,
  KitReport,
  MetadataOutcome,
  MetadataWish,
  PackageFailure,
  RegenEvent,
  RegenOptions,
  RegenReport,
  RegenServices,
  UsedSource,
} from './contract.ts';
export { regenerateTree } from './regenerate.ts';
