import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { gitlabPackage } from './gitlab-package.ts';

/** The first release or tag of a GitLab project that fits, in the order of its server (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  hub.breezyBuild(await gitlabPackage(hub, pkg, 'api')).push();
}
