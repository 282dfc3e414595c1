import { Settings } from '../forges/settings.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo, PkgSettings } from '../pkg-info.ts';
import { dependencyVariables, pythonDefaults, sortedWords } from './python-ebuild.ts';
import { pythonVirtualTemplate } from './python-templates.ts';
import { withStockTemplate } from './stock-template.ts';

export const globalDefaults: PkgSettings = { ...pythonDefaults, cat: 'virtual' };

/** A package that only depends on packages of Python (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const made = {
    desc: `Virtual for ${pkg.name}`,
    ...pkg,
    ...dependencyVariables(hub, pkg),
    iuse: sortedWords(pkg['iuse'], 'iuse'),
    version: new Settings(pkg).needText('version'),
  };
  hub
    .breezyBuild(withStockTemplate(hub, made, { name: 'python-virtual-1', text: pythonVirtualTemplate }))
    .push();
}
