import { fault } from '../../../diagnostics/index.ts';
import { asObject, asText, wrongShape } from '../../package-trouble.ts';
import type { Candidate, Findings } from '../select-version.ts';
import { dateVersion, type SourceContext, type VersionSource } from '../source-context.ts';

/** Releases, tags or commits of a repository on GitHub (its REST interface, version 3). */
export const github: VersionSource = async (context) => {
  const { options } = context;
  const repository = new GithubRepository(context);
  if (options.flag('use_latest_release')) return repository.latestRelease();
  if (options.flag('use_max_release')) return repository.releases();
  if (options.flag('use_max_tag')) return repository.tags();
  if (options.flag('use_latest_tag')) {
    const next = "Use 'use_max_tag', or 'use_latest_release'.";
    throw fault('UPS024', { what: "'use_latest_tag' of 'github' is not supported", next });
  }
  return repository.commits();
};

class GithubRepository {
  readonly #context: SourceContext;
  readonly #name: string;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(context: SourceContext) {
    const host = context.options.host();
    this.#context = context;
    this.#name = context.options.repository('github');
    const root = host === undefined ? context.endpoint('github') : `https://${host}/api/v3`;
    this.#base = `${root}/repos/${this.#name}`;
    const token = context.token('github', host);
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async latestRelease(): Promise<Findings> {
    if (this.#context.options.flag('include_prereleases')) {
      const [newest] = await this.#releases('releases?per_page=1');
      return { kind: 'one', candidate: newest };
    }
    const release = await this.#context.jsonObject(`${this.#base}/releases/latest`, this.#headers);
    return { kind: 'one', candidate: this.#release(release) };
  }

  async releases(): Promise<Findings> {
    return { kind: 'list', candidates: await this.#releases('releases?per_page=100') };
  }

  async tags(): Promise<Findings> {
    const refs = await this.#context.jsonPages(
      `${this.#base}/git/matching-refs/tags/?per_page=100`,
      this.#headers,
    );
    const candidates = refs.flatMap((ref): Candidate[] => {
      const entry = asObject(ref);
      const object = asObject(entry?.['object']);
      const version = asText(entry?.['ref'])?.replace(/^refs\/tags\//, '');
      if (version === undefined) return [];
      // an annotated tag is an object of its own, which points to the commit
      const revision = object?.['type'] === 'commit' ? asText(object['sha']) : undefined;
      return [{ ...this.#tag(version), revision }];
    });
    return { kind: 'list', candidates };
  }

  async commits(): Promise<Findings> {
    const { options } = this.#context;
    const query = new URLSearchParams({ per_page: '1' });
    for (const [name, value] of [
      ['sha', options.text('branch')],
      ['path', options.text('path')],
    ] as const) {
      if (value !== undefined) query.set(name, value);
    }
    const url = `${this.#base}/commits?${query}`;
    const value = await this.#context.json(url, this.#headers);
    const newest = asObject(Array.isArray(value) ? value[0] : undefined);
    const date = asText(asObject(asObject(newest?.['commit'])?.['committer'])?.['date']);
    const version = date === undefined ? undefined : dateVersion(date, true);
    if (version === undefined) throw wrongShape(url, 'a list of commits');
    return {
      kind: 'one',
      candidate: { version, revision: asText(newest?.['sha']), url: asText(newest?.['html_url']) },
    };
  }

  async #releases(path: string): Promise<readonly Candidate[]> {
    const withPre = this.#context.options.flag('include_prereleases');
    const url = `${this.#base}/${path}`;
    const value = await this.#context.json(url, this.#headers);
    if (!Array.isArray(value)) throw wrongShape(url, 'a list of releases');
    return value.flatMap((entry): Candidate[] => {
      const release = asObject(entry);
      if (!release || release['draft'] === true || (release['prerelease'] === true && !withPre)) return [];
      const candidate = this.#release(release);
      return candidate ? [candidate] : [];
    });
  }

  #release(release: Readonly<Record<string, unknown>>): Candidate | undefined {
    const tag = asText(release['tag_name']);
    if (tag === undefined) return undefined;
    const name = this.#context.options.flag('use_release_name') ? asText(release['name']) : undefined;
    return { ...this.#tag(tag), version: name ?? tag, url: asText(release['html_url']) };
  }

  #tag(tag: string): Candidate {
    return { version: tag, findRevision: () => this.#commitOf(tag) };
  }

  async #commitOf(tag: string): Promise<string | undefined> {
    const url = `${this.#base}/commits/${encodeURIComponent(tag)}`;
    return asText((await this.#context.jsonObject(url, this.#headers))['sha']);
  }
}
