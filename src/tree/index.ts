export type {
  FailurePolicy,
  KitReport,
  MetadataOutcome,
  PackageFailure,
  RegenEvent,
  RegenOptions,
  RegenReport,
  RegenServices,
  UsedSource,
} from './contract.ts';
export { regenerateTree } from './regenerate.ts';
