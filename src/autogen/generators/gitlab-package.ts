import { Settings } from '../forges/settings.ts';
import { readVersionChoice } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { withFind } from './source-artifacts.ts';

/** A project on a GitLab server by the settings `gitlab:`; `order` is what the two generators differ in. */
export async function gitlabPackage(hub: Hub, pkg: PkgInfo, order: 'api' | 'version'): Promise<PkgInfo> {
  const top = new Settings(pkg);
  const gitlab = top.below('gitlab');
  const user = gitlab.text('user') ?? pkg.name;
  const repo = gitlab.text('repo') ?? pkg.name;
  const parameters = gitlab.below('query_parameters');
  const found = await hub.gitlab.latest({
    user,
    repo,
    order,
    query: gitlab.oneOf('query', ['releases', 'tags'] as const),
    server: gitlab.text('server') ?? gitlab.text('url'),
    projectId: gitlab.text('project_id'),
    tagPrefix: gitlab.text('tag_prefix'),
    sourcesFormat: gitlab.text('sources_format'),
    queryParameters: Object.fromEntries(
      Object.keys(gitlab.mapping('query_parameters')).map((name) => [name, parameters.needText(name)]),
    ),
    ...readVersionChoice(gitlab, top),
  });
  return {
    ...withFind(hub, pkg, found),
    gitlab_user: user,
    gitlab_repo: repo,
    sha: found.sha,
    tag: found.tag,
  };
}
