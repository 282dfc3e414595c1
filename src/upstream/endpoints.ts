/** Services whose addresses are configuration. */
export type EndpointName =
  | 'aur'
  | 'archlinux'
  | 'github'
  | 'gitlab'
  | 'gitea'
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

/** Base addresses without a slash at the end, by service; what is missing has the ecosystem's own address or none. */
export type Endpoints = Readonly<Partial<Record<EndpointName, string>>>;

/**
 * Reads addresses of services from settings: `CI_<NAME>_URL`, and the ecosystems' own variables (`PIP_INDEX_URL`,
 * `NPM_CONFIG_REGISTRY`, `GOPROXY`).
 * @param variable value of a setting of `.ci/config` or of the environment
 */
export function readEndpoints(_variable: (name: string) => string | undefined): Endpoints {
  return {};
}
