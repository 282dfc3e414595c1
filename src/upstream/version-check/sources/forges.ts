import { asObject, asText, wrongShape } from '../../package-trouble.ts';
import type { Candidate, Findings } from '../select-version.ts';
import { dateVersion, type SourceContext, type VersionSource } from '../source-context.ts';

/** How one kind of forge names things in its lists of tags and commits. */
interface Forge {
  readonly tags: string;
  readonly commits: string;
  readonly branchParameter: string;
  readonly commitOfTag: (tag: Readonly<Record<string, unknown>>) => unknown;
  readonly commit: (entry: Readonly<Record<string, unknown>>) => {
    readonly id: unknown;
    readonly date: unknown;
  };
}

/** Tags or commits of a project on GitLab. */
export const gitlab: VersionSource = (context) => {
  const host = context.options.host();
  const root = host === undefined ? context.endpoint('gitlab') : `https://${host}`;
  const token = context.token('gitlab', host);
  const project = encodeURIComponent(context.options.repository('gitlab'));
  return readForge(context, `${root}/api/v4/projects/${project}/repository`, {
    headers: token === undefined ? {} : { 'private-token': token },
    forge: {
      tags: 'tags?per_page=100',
      commits: 'commits?per_page=1',
      branchParameter: 'ref_name',
      commitOfTag: (tag) => asObject(tag['commit'])?.['id'],
      commit: (entry) => ({ id: entry['id'], date: entry['created_at'] }),
    },
  });
};

/** Tags or commits of a repository on Gitea, Forgejo or Codeberg. */
export const gitea: VersionSource = (context) => {
  const host = context.options.host();
  const root = host === undefined ? context.endpoint('gitea') : `https://${host}`;
  const token = context.token('gitea', host);
  return readForge(context, `${root}/api/v1/repos/${context.options.repository('gitea')}`, {
    headers: token === undefined ? {} : { authorization: `token ${token}` },
    forge: {
      tags: 'tags?limit=50',
      commits: 'commits?limit=1',
      branchParameter: 'sha',
      commitOfTag: (tag) => asObject(tag['commit'])?.['sha'],
      commit: (entry) => ({
        id: entry['sha'],
        date: asObject(asObject(entry['commit'])?.['committer'])?.['date'],
      }),
    },
  });
};

async function readForge(
  context: SourceContext,
  base: string,
  { headers, forge }: { readonly headers: Readonly<Record<string, string>>; readonly forge: Forge },
): Promise<Findings> {
  const { options } = context;
  if (options.flag('use_max_tag')) {
    const tags = await context.jsonPages(`${base}/${forge.tags}`, headers);
    const candidates = tags.flatMap((tag): Candidate[] => {
      const entry = asObject(tag);
      const version = asText(entry?.['name']);
      return entry && version !== undefined ? [{ version, revision: asText(forge.commitOfTag(entry)) }] : [];
    });
    return { kind: 'list', candidates };
  }
  const branch = options.text('branch');
  const query = branch === undefined ? '' : `&${forge.branchParameter}=${encodeURIComponent(branch)}`;
  const url = `${base}/${forge.commits}${query}`;
  const value = await context.json(url, headers);
  const newest = asObject(Array.isArray(value) ? value[0] : undefined);
  const { id, date } = newest ? forge.commit(newest) : { id: undefined, date: undefined };
  const version = typeof date === 'string' ? dateVersion(date, false) : undefined;
  if (version === undefined) throw wrongShape(url, 'a list of commits');
  return { kind: 'one', candidate: { version, revision: asText(id) } };
}

/** Tags or commits of a repository on Bitbucket, whose lists carry the address of their next page in themselves. */
export const bitbucket: VersionSource = async (context) => {
  const { options } = context;
  const base = `${context.endpoint('bitbucket')}/2.0/repositories/${options.repository('bitbucket')}`;
  if (options.flag('use_max_tag')) {
    const url = `${base}/refs/tags?sort=-target.date&pagelen=100`;
    const tags = (await context.jsonObject(url))['values'];
    if (!Array.isArray(tags)) throw wrongShape(url, "a list 'values'");
    const candidates = tags.flatMap((tag): Candidate[] => {
      const version = asText(asObject(tag)?.['name']);
      const revision = asText(asObject(asObject(tag)?.['target'])?.['hash']);
      return version === undefined ? [] : [{ version, revision }];
    });
    return { kind: 'list', candidates };
  }
  const url = `${base}/commits/${encodeURIComponent(options.text('branch') ?? '')}?pagelen=1`;
  const values = (await context.jsonObject(url))['values'];
  const newest = asObject(Array.isArray(values) ? values[0] : undefined);
  const version = dateVersion(asText(newest?.['date']) ?? '', false);
  if (version === undefined) throw wrongShape(url, 'a list of commits');
  return { kind: 'one', candidate: { version, revision: asText(newest?.['hash']) } };
};
