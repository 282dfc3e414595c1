import { fault } from '../../diagnostics/index.ts';
import type { Artifact } from '../artifact.ts';
import type { HubCore } from '../hub-core.ts';
import { isMapping } from '../merge-settings.ts';
import {
  bothVersions,
  newestFirst,
  pinOf,
  type SourceFind,
  type VersionChoice,
  type Versioned,
  versionReader,
} from './tag-versions.ts';

/** A project and what counts as a version of it (specification 6.4). */
export interface GitlabOptions extends VersionChoice {
  /** Name of a host, or the address of a server. Default: upstream `gitlab`. */
  readonly server?: string | undefined;
  /** User or group, with its groups above. */
  readonly user: string;
  readonly repo: string;
  /** Number of the project; default: found by user and name. */
  readonly projectId?: string | undefined;
  readonly query: 'releases' | 'tags';
  /** In front of versions in tags; tags without it do not count. */
  readonly tagPrefix?: string | undefined;
  /** Ending of the source archive; default `tar.bz2`. */
  readonly sourcesFormat?: string | undefined;
  /** Further parameters of the request, such as `order_by`. */
  readonly queryParameters?: Readonly<Record<string, string>> | undefined;
  /** `api`: the first that fits in the order of the server. Default: the newest version. */
  readonly order?: 'api' | 'version' | undefined;
}

export interface GitlabFind extends SourceFind {
  readonly tag: string;
  readonly sha: string;
  readonly artifacts: readonly Artifact[];
}

/** `hub.gitlab`: releases and tags of projects on GitLab servers, by version 4 of the interface. */
export interface Gitlab {
  /** Throws GEN002 when no release or tag fits. */
  latest(options: GitlabOptions): Promise<GitlabFind>;
  latestRelease(options: Omit<GitlabOptions, 'query'>): Promise<GitlabFind>;
  latestTag(options: Omit<GitlabOptions, 'query'>): Promise<GitlabFind>;
}

const perPage = 100;

export function gitlabOf(hub: HubCore): Gitlab {
  const latest = (options: GitlabOptions) => find(hub, options);
  return {
    latest,
    latestRelease: (options) => latest({ ...options, query: 'releases' }),
    latestTag: (options) => latest({ ...options, query: 'tags' }),
  };
}

async function find(hub: HubCore, options: GitlabOptions): Promise<GitlabFind> {
  const { user, repo, query, order = 'version' } = options;
  const pinned = pinOf(options);
  const read = prefixedReader(hub, options);
  const seen: Versioned<string>[] = [];
  for await (const page of pages(hub, options)) {
    for (const { tag, sha } of page) {
      const version = read(tag);
      if (version !== undefined && (pinned === undefined || version === pinned))
        seen.push({ item: sha, tag, version });
    }
    if (seen.length > 0 && (pinned !== undefined || order === 'api')) break;
  }
  const [found] = order === 'api' ? seen : newestFirst(seen);
  if (!found) {
    const what = pinned === undefined ? 'fits' : `is version '${pinned}'`;
    throw fault('GEN002', { what: `none of the ${query} of '${user}/${repo}' ${what}` });
  }
  const both = bothVersions(found.version);
  const { sourcesFormat = 'tar.bz2' } = options;
  const stem = `${repo}-${found.item}`;
  const artifact = new hub.Artifact({
    url: `${serverOf(hub, options.server)}/${user}/${repo}/-/archive/${found.item}/${stem}.${sourcesFormat}`,
    finalName: `${repo}-${both.version}-${found.item.slice(0, 7)}.${sourcesFormat}`,
  });
  return { ...both, tag: found.tag, sha: found.item, artifacts: [artifact] };
}

/** Takes the prefix off first; what lacks it does not count. */
function prefixedReader(hub: HubCore, options: GitlabOptions): (tag: string) => string | undefined {
  const { tagPrefix = '' } = options;
  const read = versionReader(hub, options, tagPrefix === '' ? 'grabby' : 'standard');
  return (tag) => (tag.startsWith(tagPrefix) ? read(tag.slice(tagPrefix.length)) : undefined);
}

function serverOf(hub: HubCore, server: string | undefined): string {
  if (server === undefined) return hub.upstream('gitlab');
  const address = /^https?:\/\//.test(server) ? server : `https://${server}`;
  return address.replace(/\/+$/, '');
}

interface NamedCommit {
  readonly tag: string;
  readonly sha: string;
}

/** Pages of releases or tags; one that is not full is the last. */
async function* pages(hub: HubCore, options: GitlabOptions): AsyncGenerator<readonly NamedCommit[]> {
  const { user, repo, query, queryParameters = {} } = options;
  const project = options.projectId ?? encodeURIComponent(`${user}/${repo}`);
  const list = query === 'tags' ? 'repository/tags' : 'releases';
  const url = `${serverOf(hub, options.server)}/api/v4/projects/${project}/${list}`;
  for (let page = 1; ; page += 1) {
    const parameters = new URLSearchParams({
      ...queryParameters,
      per_page: `${perPage}`,
      ...(page === 1 ? {} : { page: `${page}` }),
    });
    const address = `${url}?${parameters.toString()}`;
    const items = await hub.getJson(address);
    if (!Array.isArray(items)) throw fault('GEN004', { what: `'${address}' answers no list` });
    const read = items.map((item) => commitOf(item, query));
    // releases may outlive their tags
    yield read.filter((item) => item !== undefined);
    if (items.length < perPage) return;
  }
}

function commitOf(item: unknown, query: GitlabOptions['query']): NamedCommit | undefined {
  const { name, tag_name: tagName, commit } = isMapping(item) ? item : {};
  const tag = query === 'tags' ? name : tagName;
  const sha = isMapping(commit) ? commit['id'] : undefined;
  return typeof tag === 'string' && typeof sha === 'string' ? { tag, sha } : undefined;
}
