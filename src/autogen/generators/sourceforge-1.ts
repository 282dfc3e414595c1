import { Settings } from '../forges/settings.ts';
import { latestSourceforge } from '../forges/sourceforge.ts';
import { readVersionChoice } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { withFind } from './source-artifacts.ts';

/** The newest file of a project on SourceForge (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const top = new Settings(pkg);
  const settings = top.below('sourceforge');
  const format = settings.text('format');
  const found = await latestSourceforge(hub, {
    project: settings.text('project') ?? pkg.name,
    path: settings.text('path'),
    stem: settings.text('stem') ?? `${pkg.name}-`,
    ...(format === undefined ? {} : { formats: [format] }),
    ...readVersionChoice(settings, top),
  });
  hub.breezyBuild(withFind(hub, pkg, found)).push();
}
