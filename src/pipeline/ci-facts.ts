/** What a CI service tells of the run; on a machine of one's own nothing. */
export interface CiFacts {
  readonly service: 'gitlab' | 'github' | 'none';
  /** Id of the pipeline or run, for commit statuses (specification 5.7). */
  readonly pipeline: string | undefined;
  /** The branch that the run is for; undefined: the checkout's own. */
  readonly branch: string | undefined;
  /** Web address of the repository, and of this run. */
  readonly projectUrl: string | undefined;
  readonly runUrl: string | undefined;
  /** Options of pushes that must start no pipeline. */
  readonly quietPush: readonly string[];
  /** Whether subjects of such commits carry `[skip ci]`. */
  readonly skipsCi: boolean;
}

/** Reads the variables of GitLab CI or of GitHub Actions. */
export function ciFacts(variable: (name: string) => string | undefined): CiFacts {
  if (variable('GITLAB_CI') === 'true' || variable('CI_PIPELINE_ID') !== undefined) {
    return {
      service: 'gitlab',
      pipeline: variable('CI_PIPELINE_ID'),
      branch: variable('CI_COMMIT_BRANCH') ?? variable('CI_DEFAULT_BRANCH'),
      projectUrl: variable('CI_PROJECT_URL'),
      runUrl: variable('CI_PIPELINE_URL'),
      quietPush: ['ci.skip'],
      skipsCi: false,
    };
  }
  if (variable('GITHUB_ACTIONS') === 'true' || variable('GITHUB_RUN_ID') !== undefined) {
    const server = variable('GITHUB_SERVER_URL');
    const name = variable('GITHUB_REPOSITORY');
    const projectUrl = server && name ? `${server}/${name}` : undefined;
    const run = variable('GITHUB_RUN_ID');
    return {
      service: 'github',
      pipeline: run,
      branch: variable('GITHUB_REF_TYPE') === 'tag' ? undefined : variable('GITHUB_REF_NAME'),
      projectUrl,
      runUrl: projectUrl && run ? `${projectUrl}/actions/runs/${run}` : undefined,
      quietPush: [],
      skipsCi: true,
    };
  }
  return {
    service: 'none',
    pipeline: undefined,
    branch: undefined,
    projectUrl: undefined,
    runUrl: undefined,
    quietPush: [],
    skipsCi: false,
  };
}
