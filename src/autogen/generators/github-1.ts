import { fault } from '../../diagnostics/index.ts';
import type { GithubFind } from '../forges/github.ts';
import { namedTexts, Settings } from '../forges/settings.ts';
import { readVersionChoice } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { artifactsOf } from '../src-uri.ts';
import { oneLine, withListedArtifacts, withoutSources } from './source-artifacts.ts';

/** Releases, tags or one commit of a repository on GitHub (specification 6.1). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  hub.breezyBuild(await githubPackage(hub, pkg)).push();
}

/** The package with version, artifacts and what else templates want to know of the repository. Throws GEN problems. */
export async function githubPackage(hub: Hub, pkg: PkgInfo): Promise<PkgInfo> {
  const top = new Settings(pkg);
  const github = top.below('github');
  const user = github.text('user') ?? pkg.name;
  const repo = github.text('repo') ?? pkg.name;
  const found = await findSource(hub, pkg, { user, repo });
  const description = await describe(hub, top, { user, repo });
  const artifacts = withListedArtifacts(hub, pkg, { found: found.artifacts, version: found.upstreamVersion });
  const made: PkgInfo = {
    homepage: hub.github.homepage({ user, repo }),
    ...withoutSources(pkg),
    ...description,
    version: found.version,
    upstream_version: found.upstreamVersion,
    github_user: user,
    github_repo: repo,
    sha: found.sha ?? '',
    tag: found.tag,
    artifacts: artifacts,
  };
  return await withExtensions(hub, made, top);
}

interface Repository {
  readonly user: string;
  readonly repo: string;
}

async function findSource(hub: Hub, pkg: PkgInfo, { user, repo }: Repository): Promise<GithubFind> {
  const top = new Settings(pkg);
  const github = top.below('github');
  const query = github.oneOf('query', ['releases', 'tags', 'snapshot'] as const);
  const version = top.text('version');
  if (query === 'snapshot') {
    const sha = github.needText('snapshot');
    if (version === undefined || version === 'latest') {
      throw fault('GEN001', { what: `the snapshot of '${pkg.name}' has no version` });
    }
    return hub.github.snapshot({ user, repo, name: pkg.name, version, sha });
  }
  const choice = { user, repo, ...readVersionChoice(github, top, version) };
  if (query === 'tags') return await hub.github.latestTag(choice);
  const either = (name: string): Settings => (github.has(name) ? github : top);
  const sort = github.text('sort')?.toLowerCase();
  return await hub.github.latestRelease({
    ...choice,
    include: included(github),
    assets: namedTexts(either('assets').value('assets'), 'assets'),
    tarball: either('tarball').text('tarball'),
    sort: sort === 'date' ? 'date' : 'version',
  });
}

function included(github: Settings): readonly ('prerelease' | 'draft')[] {
  return github.texts('include').map((word) => {
    if (word === 'prerelease' || word === 'draft') return word;
    throw fault('GEN001', {
      what: `'github.include' has '${word}'`,
      next: "It takes 'prerelease' and 'draft'.",
    });
  });
}

/** Templates use one spelling or the other; the repository is asked only when neither is there. */
async function describe(
  hub: Hub,
  settings: Settings,
  repository: Repository,
): Promise<{ readonly desc: string; readonly description: string }> {
  const short = settings.text('desc') ?? settings.text('description');
  const text = short ?? oneLine(await hub.github.description(repository));
  return { desc: settings.text('desc') ?? text, description: settings.text('description') ?? text };
}

/** Bundles of what the source needs from registries. */
async function withExtensions(hub: Hub, pkg: PkgInfo, settings: Settings): Promise<PkgInfo> {
  const lock = artifactsOf(pkg['artifacts'] as GithubFind['artifacts']).find(({ url }) =>
    url.endsWith('/Cargo.lock'),
  );
  const extensions = settings.texts('extensions');
  let made = pkg;
  for (const extension of extensions) {
    if (extension === 'golang') made = await hub.golang.addGosumBundle(made);
    else if (extension === 'rust' && lock === undefined) made = await hub.rust.addCratesBundle(made);
    else if (extension !== 'rust') {
      throw fault('GEN001', {
        what: `'extensions' has '${extension}'`,
        next: "It takes 'golang' and 'rust'.",
      });
    }
  }
  if (lock === undefined) return made;
  await lock.fetch();
  return await hub.rust.addCratesBundle(made, { cargoLockPath: lock.finalPath });
}
