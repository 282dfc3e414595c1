import { createHash } from 'node:crypto';
import { tarball, type Upstream } from '../kit.ts';

/** A release as a test writes it down. */
export interface ReleaseGiven {
  readonly tag: string;
  readonly assets?: Readonly<Record<string, string | Uint8Array>>;
  readonly prerelease?: boolean;
  readonly draft?: boolean;
  /** The tag is an object of its own. */
  readonly annotated?: boolean;
}

/** The 40 digits of a commit that belongs to a name. */
export const commitFor = (name: string): string => createHash('sha1').update(name).digest('hex');

/** Speaks GitHub's interface for one repository: releases, tags, refs, descriptions and archives. */
export class GithubServer {
  readonly #upstream: Upstream;
  readonly #repository: string;
  /** Of requests of this kind, by page. */
  readonly settings: Readonly<Record<string, string>>;

  constructor(upstream: Upstream, repository: string, description = 'A "fine" $program') {
    this.#upstream = upstream;
    this.#repository = repository;
    this.settings = { github: `${upstream.address}/web`, 'github-api': `${upstream.address}/api` };
    upstream.serve(`/api/repos/${repository}`, JSON.stringify({ description }));
  }

  /** In pages of a hundred, newest date first. */
  releases(releases: readonly ReleaseGiven[]): void {
    this.#list(
      'releases',
      releases.map((release) => this.#release(release)),
    );
  }

  tags(names: readonly string[]): void {
    this.#list(
      'tags',
      names.map((name) => ({ name, commit: { sha: this.#commit(name) } })),
    );
  }

  /** An archive of a commit. */
  archive(path: string): void {
    this.#upstream.serve(`/web/${this.#repository}/${path}`, tarball('x', path));
  }

  #list(kind: string, items: readonly unknown[]): void {
    for (let page = 1; (page - 1) * 100 <= items.length; page += 1) {
      const query = page === 1 ? '' : `&page=${page}`;
      const part = items.slice((page - 1) * 100, page * 100);
      this.#upstream.serve(
        `/api/repos/${this.#repository}/${kind}?per_page=100${query}`,
        JSON.stringify(part),
      );
    }
  }

  #commit(name: string): string {
    const sha = commitFor(name);
    this.archive(`tarball/${sha}`);
    return sha;
  }

  #release({
    tag,
    assets = {},
    prerelease = false,
    draft = false,
    annotated = false,
  }: ReleaseGiven): unknown {
    const api = `/api/repos/${this.#repository}/git`;
    const commit = { type: 'commit', sha: this.#commit(tag) };
    const object = annotated ? { type: 'tag', sha: commitFor(`tag ${tag}`) } : commit;
    this.#upstream.serve(`${api}/refs/tags/${tag}`, JSON.stringify({ ref: `refs/tags/${tag}`, object }));
    if (annotated) this.#upstream.serve(`${api}/tags/${object.sha}`, JSON.stringify({ object: commit }));
    return {
      tag_name: tag,
      prerelease,
      draft,
      assets: Object.entries(assets).map(([name, body]) => ({
        name,
        browser_download_url: this.#upstream.serve(`/files/${this.#repository}/${tag}/${name}`, body),
      })),
    };
  }
}
