import { fault } from '../../diagnostics/index.ts';
import type { GithubFind, GithubRepository } from '../forges/github.ts';
import { namedTexts, Settings } from '../forges/settings.ts';
import { eitherPlace, pinOf, readVersionChoice } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import { packageArtifacts } from '../languages/bundles.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { artifactsOf } from '../src-uri.ts';
import { oneLine, withFind } from './source-artifacts.ts';

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
  const made: PkgInfo = {
    homepage: hub.github.homepage({ user, repo }),
    ...withFind(hub, pkg, found),
    ...description,
    github_user: user,
    github_repo: repo,
    sha: found.sha ?? '',
    tag: found.tag,
  };
  return await withExtensions(hub, made, top);
}

async function findSource(hub: Hub, pkg: PkgInfo, { user, repo }: GithubRepository): Promise<GithubFind> {
  const top = new Settings(pkg);
  const github = top.below('github');
  const query = github.oneOf('query', ['releases', 'tags', 'snapshot'] as const);
  if (query === 'snapshot') {
    const version = pinOf({ version: top.text('version') });
    const sha = github.needText('snapshot');
    if (version === undefined)
      throw fault('GEN001', { what: `the snapshot of '${pkg.name}' has no version` });
    return hub.github.snapshot({ user, repo, name: pkg.name, version, sha });
  }
  const choice = { user, repo, ...readVersionChoice(github, top) };
  if (query === 'tags') return await hub.github.latestTag(choice);
  const either = eitherPlace(github, top);
  const sort = github.text('sort')?.toLowerCase();
  return await hub.github.latestRelease({
    ...choice,
    include: github.someOf('include', ['prerelease', 'draft']),
    assets: namedTexts(either('assets').value('assets'), 'assets'),
    tarball: either('tarball').text('tarball'),
    sort: sort === 'date' ? 'date' : 'version',
  });
}

/** Templates use one spelling or the other; the repository is asked only when neither is there. */
async function describe(
  hub: Hub,
  settings: Settings,
  repository: GithubRepository,
): Promise<{ readonly desc: string; readonly description: string }> {
  const short = settings.text('desc') ?? settings.text('description');
  const text = short ?? oneLine(await hub.github.description(repository));
  return { desc: settings.text('desc') ?? text, description: settings.text('description') ?? text };
}

/** Bundles of what the source needs from registries. */
async function withExtensions(hub: Hub, pkg: PkgInfo, settings: Settings): Promise<PkgInfo> {
  const lock = artifactsOf(packageArtifacts(pkg)).find(({ url }) => url.endsWith('/Cargo.lock'));
  let made = pkg;
  for (const extension of settings.someOf('extensions', ['golang', 'rust'])) {
    if (extension === 'golang') made = await hub.golang.addGosumBundle(made);
    else if (lock === undefined) made = await hub.rust.addCratesBundle(made);
  }
  if (lock === undefined) return made;
  await lock.ensureCompleted();
  return await hub.rust.addCratesBundle(made, { cargoLockPath: lock.finalPath });
}
