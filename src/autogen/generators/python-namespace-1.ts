import { Settings } from '../forges/settings.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { dependencyVariables, sortedWords } from './python-ebuild.ts';
import { pythonNamespaceTemplate } from './python-templates.ts';
import { withStockTemplate } from './stock-template.ts';

export { pythonDefaults as globalDefaults } from './python-ebuild.ts';

/** A package `namespace-NAME` that holds the namespace NAME of Python for others (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const settings = new Settings(pkg);
  const namespace = settings.text('namespace') ?? pkg.name.replace(/^namespace-/, '');
  const made = {
    desc: `Namespace ${namespace} of Python`,
    ...pkg,
    ...dependencyVariables(hub, pkg),
    iuse: sortedWords(pkg['iuse'], 'iuse'),
    namespace,
    version: settings.needText('version'),
  };
  hub
    .breezyBuild(withStockTemplate(hub, made, { name: 'python-namespace-1', text: pythonNamespaceTemplate }))
    .push();
}
