export type { PackageToPublish } from './admission.ts';
export { checkRepositoryName } from './places.ts';
export type { RecordDatabase } from './record.ts';
export {
  type DeployedEntry,
  PacmanRepositories,
  type PacmanRepositoriesOptions,
  type PublishRequest,
  type RepositoryEntry,
  type RepositoryMember,
  type RepositorySummary,
} from './repositories.ts';
