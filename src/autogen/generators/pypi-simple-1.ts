import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { generatePypi } from './pypi-ebuilds.ts';
import { pypiTemplate } from './python-templates.ts';

export { pythonDefaults as globalDefaults } from './python-ebuild.ts';

/** A package of the Python index with the ebuild that comes with packmill (specification 6.3). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const template = { name: 'pypi-simple-1', text: pypiTemplate };
  await generatePypi(hub, pkg, { template, hasIuseList: false });
}
