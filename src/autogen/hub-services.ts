import type { HubCore } from './hub-core.ts';

/**
 * Members of the hub beyond the services of the run: what knows a kind of upstream or of language. Each is made when an
 * autogen first asks for it.
 */
export type HubServices = Record<never, never>;

/** How each service is made. */
export const serviceMakers: { readonly [Name in keyof HubServices]: (hub: HubCore) => HubServices[Name] } =
  {};
