import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { githubPackage } from './github-1.ts';
import { dependencyVariables, sortedWords } from './python-ebuild.ts';
import { pythonGithubTemplate } from './python-templates.ts';
import { withStockTemplate } from './stock-template.ts';

export { pythonDefaults as globalDefaults } from './python-ebuild.ts';

/** A package of Python whose source is on GitHub (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const made = {
    ...(await githubPackage(hub, pkg)),
    ...dependencyVariables(hub, pkg),
    inherit: sortedWords(pkg['inherit'], 'inherit', ['distutils-r1']),
    iuse: sortedWords(pkg['iuse'], 'iuse').join(' '),
  };
  hub
    .breezyBuild(withStockTemplate(hub, made, { name: 'python-github-1', text: pythonGithubTemplate }))
    .push();
}
