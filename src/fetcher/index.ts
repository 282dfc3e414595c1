export type { FetchAnswer, FetchOptions, FetchStream, HostBudget } from './fetch-request.ts';
export { Fetcher, type FetcherOptions } from './fetcher.ts';
