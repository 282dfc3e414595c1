import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { generatePypi } from './pypi-ebuilds.ts';

export { pythonDefaults as globalDefaults } from './python-ebuild.ts';

/** A package of the Python index with an ebuild template of its own (specification 6.3). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  await generatePypi(hub, pkg, { template: undefined, hasIuseList: false });
}
