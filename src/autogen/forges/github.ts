import { fault, problem } from '../../diagnostics/index.ts';
import type { Artifact } from '../artifact.ts';
import type { HubCore } from '../hub-core.ts';
import type { ArtifactSet } from '../src-uri.ts';
import { commitOfTag, type Release, releasePages, repositoryFacts, tagPages } from './github-api.ts';
import { expandBraces, mapNamed, type NamedTexts } from './settings.ts';
import {
  bothVersions,
  newestFirst,
  pinOf,
  type SourceFind,
  type VersionChoice,
  type Versioned,
  versionReader,
} from './tag-versions.ts';

export interface GithubRepository {
  readonly user: string;
  readonly repo: string;
}

/** A repository and what counts as a version of it (specification 6.1). */
export interface GithubOptions extends VersionChoice, GithubRepository {}

export interface GithubReleaseOptions extends GithubOptions {
  /** Also releases that are marked as one of these. */
  readonly include?: readonly ('prerelease' | 'draft')[] | undefined;
  /** Names of files of the release, with `{version}` and the like; `<source.tar.gz>` is the source of the tag. */
  readonly assets?: NamedTexts | undefined;
  /** One such name. */
  readonly tarball?: string | undefined;
  /** `date`: the order in which GitHub lists them. Default: by version. */
  readonly sort?: 'version' | 'date' | undefined;
}

/** What was chosen. */
export interface GithubFind extends SourceFind {
  readonly tag: string;
  /** Commit, where the source is an archive of one. */
  readonly sha: string | undefined;
}

/** `hub.github`: releases and tags of repositories on GitHub, or on a server with the same interface. */
export interface Github {
  /**
   * The newest release that has all files that are asked for; an incomplete newer one is passed over with a warning. Further
   * pages are read only when needed. Throws GEN002 when none fits.
   */
  latestRelease(options: GithubReleaseOptions): Promise<GithubFind>;
  /** The tag with the newest version. Throws GEN002 when none fits. */
  latestTag(options: GithubOptions): Promise<GithubFind>;
  /** The commit that a tag stands for, also when it is annotated. */
  commitOf(repository: GithubRepository, tag: string): Promise<string>;
  /** The source of one commit. */
  snapshot(options: SnapshotOptions): GithubFind;
  /** What GitHub says of the repository in a line, or nothing. */
  description(repository: GithubRepository): Promise<string>;
  /** Where people find the repository. */
  homepage(repository: GithubRepository): string;
  /** `latestRelease` and `latestTag` by the names of the original. */
  release_gen(options: GithubReleaseOptions): Promise<GithubFind>;
  tag_gen(options: GithubOptions): Promise<GithubFind>;
}

export interface SnapshotOptions extends GithubRepository {
  /** Of the package. */
  readonly name: string;
  readonly version: string;
  /** The commit. */
  readonly sha: string;
}

export function githubOf(hub: HubCore): Github {
  const latestRelease = (options: GithubReleaseOptions) => findRelease(hub, options);
  const latestTag = (options: GithubOptions) => findTag(hub, options);
  return {
    latestRelease,
    latestTag,
    release_gen: latestRelease,
    tag_gen: latestTag,
    commitOf: ({ user, repo }, tag) => commitOfTag(hub, `${user}/${repo}`, tag),
    snapshot: ({ user, repo, name, version, sha }) => ({
      ...bothVersions(version),
      tag: sha,
      sha,
      artifacts: [
        new hub.Artifact({
          url: `${hub.upstream('github')}/${user}/${repo}/archive/${sha}.zip`,
          finalName: `${name}-${version}-${sha.slice(0, 7)}.zip`,
        }),
      ],
    }),
    description: async ({ user, repo }) => (await repositoryFacts(hub, `${user}/${repo}`)).description ?? '',
    homepage: ({ user, repo }) => `${hub.upstream('github')}/${user}/${repo}`,
  };
}

async function findRelease(hub: HubCore, options: GithubReleaseOptions): Promise<GithubFind> {
  const { user, repo, sort = 'version' } = options;
  const files = filesOf(options);
  const pinned = pinOf(options);
  const read = versionReader(hub, options, 'grabby');
  const tried = new Set<string>();
  let seen: Versioned<Release>[] = [];
  for await (const page of releasePages(hub, `${user}/${repo}`)) {
    const fresh = page
      .filter((release) => isIncluded(release, options.include ?? []))
      .flatMap((release) => {
        const version = read(release.tag);
        if (version === undefined || (pinned !== undefined && version !== pinned)) return [];
        return [{ item: release, tag: release.tag, version }];
      });
    seen = [...seen, ...fresh];
    for (const candidate of sort === 'date' ? seen : newestFirst(seen)) {
      if (tried.has(candidate.tag)) continue;
      tried.add(candidate.tag);
      const found = await useRelease(hub, candidate, { options, files });
      if (found) return found;
    }
  }
  const which = pinned === undefined ? 'no release' : `no release '${pinned}'`;
  throw fault('GEN002', {
    what: `${which} of '${user}/${repo}' fits`,
    ...(tried.size > 0
      ? { why: `These lack a file that is asked for: ${[...tried].slice(0, 20).join(', ')}.` }
      : {}),
  });
}

function filesOf({ assets, tarball }: GithubReleaseOptions): NamedTexts | undefined {
  if (assets !== undefined && tarball !== undefined) {
    throw fault('GEN001', { what: "'assets' and 'tarball' are both set" });
  }
  return assets ?? (tarball === undefined ? undefined : [tarball]);
}

function isIncluded(release: Release, include: readonly string[]): boolean {
  return (
    (!release.isPrerelease || include.includes('prerelease')) &&
    (!release.isDraft || include.includes('draft'))
  );
}

interface Wanted {
  readonly options: GithubReleaseOptions;
  readonly files: NamedTexts | undefined;
}

/** What a release gives, or undefined with a warning when a file is missing. */
async function useRelease(
  hub: HubCore,
  { item: release, tag, version }: Versioned<Release>,
  { options: { user, repo }, files }: Wanted,
): Promise<GithubFind | undefined> {
  if (files === undefined) {
    const sha = await commitOfTag(hub, `${user}/${repo}`, tag);
    return commitFind(hub, { user, repo, tag, version, sha });
  }
  const missing: string[] = [];
  const artifacts = mapNamed(files, (pattern, key): Artifact | undefined => {
    if (pattern === '<source.tar.gz>') {
      return new hub.Artifact({
        url: `${hub.upstream('github')}/${user}/${repo}/archive/refs/tags/${tag}.tar.gz`,
        finalName: `${repo}-${version}.tar.gz`,
      });
    }
    const values = { version, tag, github_user: user, github_repo: repo, ...(key === '' ? {} : { key }) };
    const name = expandBraces(pattern, values);
    const asset = release.assets.get(name);
    if (asset === undefined) missing.push(name);
    // lock files have one name everywhere, and the folder of distfiles is flat
    const finalName = name === 'Cargo.lock' ? `${repo}-${version}-Cargo.lock` : name;
    return asset === undefined ? undefined : new hub.Artifact({ url: asset, finalName });
  });
  if (missing.length > 0) {
    const names = missing.map((name) => `'${name}'`).join(', ');
    hub.report(problem('GEN003', { what: `release '${tag}' of '${user}/${repo}' lacks ${names}` }));
    return undefined;
  }
  return { ...bothVersions(version), tag, sha: undefined, artifacts: artifacts as ArtifactSet<Artifact> };
}

async function findTag(hub: HubCore, options: GithubOptions): Promise<GithubFind> {
  const { user, repo } = options;
  const pinned = pinOf(options);
  const read = versionReader(hub, options, 'standard');
  const seen: Versioned<string>[] = [];
  for await (const page of tagPages(hub, `${user}/${repo}`)) {
    for (const { name, sha } of page) {
      const version = read(name);
      if (version !== undefined) seen.push({ item: sha, tag: name, version });
    }
    if (seen.some(({ version }) => version === pinned)) break;
  }
  const usable = pinned === undefined ? newestFirst(seen) : seen.filter(({ version }) => version === pinned);
  const [found] = usable;
  if (found) return commitFind(hub, { user, repo, tag: found.tag, version: found.version, sha: found.item });
  throw fault('GEN002', {
    what: `no tag of '${user}/${repo}' ${pinned === undefined ? 'fits' : `is version '${pinned}'`}`,
    ...(seen.length > 0 ? { why: `Versions that were found: ${shownVersions(seen)}.` } : {}),
  });
}

const shownVersions = (seen: readonly Versioned<unknown>[]): string =>
  newestFirst(seen)
    .slice(0, 20)
    .map(({ version }) => version)
    .join(', ');

interface CommitSource extends GithubRepository {
  readonly tag: string;
  readonly version: string;
  readonly sha: string;
}

/** The source of a commit, named so that another commit of the same version has another name. */
function commitFind(hub: HubCore, { user, repo, tag, version, sha }: CommitSource): GithubFind {
  const both = bothVersions(version);
  const artifact = new hub.Artifact({
    url: `${hub.upstream('github')}/${user}/${repo}/tarball/${sha}`,
    finalName: `${repo}-${both.version}-${sha.slice(0, 7)}.tar.gz`,
  });
  return { ...both, tag, sha, artifacts: [artifact] };
}
