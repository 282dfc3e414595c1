import type { HubCore } from './hub-core.ts';
import { strict } from './strict.ts';

/** `hub.pkgtools.…`: the long names that existing autogens use (specification 1.9). */
export interface PkgTools {
  readonly ebuild: Pick<HubCore, 'Archive' | 'Artifact' | 'BreezyBuild' | 'BreezyError'>;
  readonly fetch: FetchTools;
  readonly http: FetchTools;
  readonly model: { readonly temp_path: string; readonly autogen_id: string };
  readonly [name: string]: unknown;
}

/** Pages by the names of the original. */
export interface FetchTools {
  readonly get_page: HubCore['getPage'];
  readonly get_json: HubCore['getJson'];
  readonly get_url_from_redirect: HubCore['getRedirect'];
  readonly get_response_headers: HubCore['getResponseHeaders'];
  readonly get_response_filename: HubCore['getResponseFilename'];
}

/** Services by their long names; one that the hub has under the same name is passed on. */
const sameNames = ['pages', 'github', 'gitlab', 'golang', 'rust', 'meson'] as const;

/** The long names of a hub's members. */
export function longNames(hub: HubCore): PkgTools {
  const fetch: FetchTools = {
    get_page: hub.getPage,
    get_json: hub.getJson,
    get_url_from_redirect: hub.getRedirect,
    get_response_headers: hub.getResponseHeaders,
    get_response_filename: hub.getResponseFilename,
  };
  const { Archive, Artifact, BreezyBuild, BreezyError } = hub;
  const tools: Record<string, unknown> = {
    ebuild: { Archive, Artifact, BreezyBuild, BreezyError },
    fetch,
    http: fetch,
    model: {
      get temp_path(): string {
        return hub.tempPath;
      },
      autogen_id: hub.autogenId,
    },
  };
  const members = hub as unknown as Record<string, unknown>;
  const pass = (name: string, member: string): void => {
    if (!Object.hasOwn(hub, member)) return;
    Object.defineProperty(tools, name, { enumerable: true, get: () => members[member] });
  };
  for (const name of sameNames) pass(name, name);
  pass('pyhelper', 'python');
  return strict(tools as unknown as PkgTools, 'hub.pkgtools');
}
