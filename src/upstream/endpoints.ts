/** Services whose addresses are configuration. */
export type EndpointName =
  | 'aur'
  | 'archlinux'
  | 'github'
  | 'gitlab'
  | 'gitea'
  | 'bitbucket'
  | 'repology'
  | 'anitya'
  | 'pypi'
  | 'npm'
  | 'crates'
  | 'gems'
  | 'cpan'
  | 'hackage'
  | 'packagist'
  | 'go';

/** Base addresses without a slash at the end, by service; what is missing has the service's own address or none. */
export type Endpoints = Readonly<Partial<Record<EndpointName, string>>>;

/** Addresses of services that there is one of. Registries of packages have none here: which one counts is a setting. */
export const defaultEndpoints = {
  aur: 'https://aur.archlinux.org',
  archlinux: 'https://archlinux.org',
  github: 'https://api.github.com',
  gitlab: 'https://gitlab.com',
  gitea: 'https://gitea.com',
  bitbucket: 'https://api.bitbucket.org',
  repology: 'https://repology.org',
  anitya: 'https://release-monitoring.org',
} as const satisfies Endpoints;

/** Where the address of each service is set, our own setting first, then what the ecosystem itself has. */
export const endpointSettings: Readonly<Record<EndpointName, readonly string[]>> = {
  aur: ['CI_AUR_URL'],
  archlinux: ['CI_ARCHLINUX_URL'],
  github: ['CI_GITHUB_URL'],
  gitlab: ['CI_GITLAB_URL'],
  gitea: ['CI_GITEA_URL'],
  bitbucket: ['CI_BITBUCKET_URL'],
  repology: ['CI_REPOLOGY_URL'],
  anitya: ['CI_ANITYA_URL'],
  pypi: ['CI_PYPI_URL', 'PIP_INDEX_URL'],
  npm: ['CI_NPM_URL', 'NPM_CONFIG_REGISTRY', 'npm_config_registry'],
  crates: ['CI_CRATES_URL'],
  gems: ['CI_GEMS_URL'],
  cpan: ['CI_CPAN_URL'],
  hackage: ['CI_HACKAGE_URL'],
  packagist: ['CI_PACKAGIST_URL'],
  go: ['CI_GO_URL', 'GOPROXY'],
};

/**
 * Reads addresses of services from settings: `CI_<NAME>_URL`, and the ecosystems' own variables (`PIP_INDEX_URL`,
 * `NPM_CONFIG_REGISTRY`, `GOPROXY`).
 * @param variable value of a variable of the environment
 */
export function readEndpoints(variable: (name: string) => string | undefined): Endpoints {
  const endpoints: Partial<Record<EndpointName, string>> = {};
  for (const name of Object.keys(endpointSettings) as EndpointName[]) {
    for (const setting of endpointSettings[name]) {
      // GOPROXY is a list; what is no address in it (`direct`, `off`) is for the go command
      const address = variable(setting)
        ?.split(/[,|]/)
        .find((part) => /^https?:\/\//.test(part.trim()));
      if (address === undefined) continue;
      endpoints[name] = address.trim().replace(/\/+$/, '');
      break;
    }
  }
  return endpoints;
}
