export type {
  DownloadedFile,
  DownloadOptions,
  FetchAnswer,
  FetchOptions,
  FetchStream,
  HostBudget,
} from './fetch-request.ts';
export { Fetcher, type FetcherOptions } from './fetcher.ts';
export type { HostPause } from './host-lane.ts';
export { shownAddress } from './shown-address.ts';
