import { namedTexts, Settings } from '../forges/settings.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { artifactsOfAddresses, withoutSources } from './source-artifacts.ts';

/** Files whose addresses the package itself knows (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const settings = new Settings(pkg);
  const version = settings.needText('version');
  const addresses = namedTexts(settings.value('src_uri'), 'src_uri');
  const artifacts = addresses === undefined ? [] : artifactsOfAddresses(hub, pkg, { addresses, version });
  hub.breezyBuild({ ...withoutSources(pkg), version, artifacts }).push();
}
