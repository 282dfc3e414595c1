import { fault } from '../../diagnostics/index.ts';
import type { HubCore } from '../hub-core.ts';
import { isMapping } from '../merge-settings.ts';

/** A release as GitHub's interface tells it. */
export interface Release {
  readonly tag: string;
  readonly isPrerelease: boolean;
  readonly isDraft: boolean;
  /** Addresses by name of file. */
  readonly assets: ReadonlyMap<string, string>;
}

const perPage = 100;
/** An annotated tag may point to another one; nobody means more than this. */
const longestTagChain = 5;

const apiOf = (hub: HubCore, repository: string): string =>
  `${hub.upstream('github-api')}/repos/${repository}`;

const odd = (url: string, what: string) => fault('GEN004', { what: `'${url}' answers ${what}` });

/** Pages of a list, each asked for when it is needed; one that is not full is the last. */
async function* listPages(hub: HubCore, url: string): AsyncGenerator<readonly Record<string, unknown>[]> {
  for (let page = 1; ; page += 1) {
    const address = `${url}?per_page=${perPage}${page === 1 ? '' : `&page=${page}`}`;
    const items = await hub.getJson(address);
    if (!Array.isArray(items) || !items.every(isMapping)) throw odd(address, 'no list');
    if (items.length > 0) yield items;
    if (items.length < perPage) return;
  }
}

/** Releases in the order of the interface, newest date first. Throws FET problems and GEN004. */
export async function* releasePages(hub: HubCore, repository: string): AsyncGenerator<readonly Release[]> {
  const url = `${apiOf(hub, repository)}/releases`;
  for await (const page of listPages(hub, url)) {
    yield page.map((item): Release => {
      const { tag_name: tag, assets, prerelease, draft } = item;
      if (typeof tag !== 'string' || !Array.isArray(assets)) throw odd(url, 'releases without tag or files');
      return {
        tag,
        isPrerelease: prerelease === true,
        isDraft: draft === true,
        assets: new Map(
          assets
            .filter(isMapping)
            .map((asset) => [String(asset['name']), String(asset['browser_download_url'])]),
        ),
      };
    });
  }
}

/** Tags with their commits. Throws FET problems and GEN004. */
export async function* tagPages(
  hub: HubCore,
  repository: string,
): AsyncGenerator<readonly { readonly name: string; readonly sha: string }[]> {
  const url = `${apiOf(hub, repository)}/tags`;
  for await (const page of listPages(hub, url)) {
    yield page.map(({ name, commit }) => {
      const sha = isMapping(commit) ? commit['sha'] : undefined;
      if (typeof name !== 'string' || typeof sha !== 'string') throw odd(url, 'tags without name or commit');
      return { name, sha };
    });
  }
}

/** The commit of a tag. The ref of an annotated tag points to an object of its own, which names the commit. */
export async function commitOfTag(hub: HubCore, repository: string, tag: string): Promise<string> {
  const api = apiOf(hub, repository);
  const ref = `tags/${tag.split('/').map(encodeURIComponent).join('/')}`;
  let url = `${api}/git/refs/${ref}`;
  for (let step = 0; step < longestTagChain; step += 1) {
    let answer = await hub.getJson(url);
    // for want of the ref itself some servers list those that begin like it
    if (Array.isArray(answer))
      answer = answer.find((item) => isMapping(item) && item['ref'] === `refs/tags/${tag}`);
    const object = isMapping(answer) ? answer['object'] : undefined;
    const { type, sha } = isMapping(object) ? object : {};
    if (typeof sha !== 'string' || typeof type !== 'string') throw odd(url, `no object for tag '${tag}'`);
    if (type === 'commit') return sha;
    if (type !== 'tag') throw odd(url, `a ${type} where a commit belongs`);
    url = `${api}/git/tags/${sha}`;
  }
  throw odd(url, 'one more tag where a commit belongs');
}

/** What is said of a repository. */
export async function repositoryFacts(
  hub: HubCore,
  repository: string,
): Promise<{ readonly description?: string }> {
  const url = apiOf(hub, repository);
  const answer = await hub.getJson(url);
  if (!isMapping(answer)) throw odd(url, 'no repository');
  const { description } = answer;
  return typeof description === 'string' ? { description } : {};
}
