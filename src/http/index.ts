export { type CdnServer, startCdnServer } from './cdn-server.ts';
export { type EbinServer, type EbinServerOptions, startEbinServer } from './ebin-server.ts';
export type { HttpLimits, HttpOptions, HttpServer, RequestFault, RequestLine } from './http-options.ts';
export { startHttpServer } from './start-http-server.ts';
