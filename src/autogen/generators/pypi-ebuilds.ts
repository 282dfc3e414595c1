import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { compatPackage, readCompat } from './pypi-compat.ts';
import { type PypiWish, pypiPackage } from './pypi-package.ts';
import { withStockTemplate } from './stock-template.ts';

/** One package of the Python index, with its ebuild for Python 2.7 where the settings ask for one (specification 6.3). */
export async function generatePypi(hub: Hub, pkg: PkgInfo, wish: PypiWish): Promise<void> {
  const compat = readCompat(pkg);
  const main = await pypiPackage(hub, pkg, { ...wish, compat: compat?.version });
  const builds = compat === undefined ? [main] : [main, await compatPackage(hub, pkg, { wish, compat })];
  for (const build of builds) {
    hub.breezyBuild(wish.template ? withStockTemplate(hub, build, wish.template) : build).push();
  }
}
