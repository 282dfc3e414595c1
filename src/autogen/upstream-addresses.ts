import { fault } from '../diagnostics/index.ts';
import { nearestNames } from '../primitives/index.ts';

/**
 * Upstreams whose addresses are settings, with the variables that other programs of the same ecosystem read for them.
 * `upstreams.NAME` of packmill.yaml and `PACKMILL_UPSTREAM_NAME` come before these.
 */
export const upstreamVariables: Readonly<Record<string, readonly string[]>> = {
  github: ['GITHUB_SERVER_URL'],
  'github-api': ['GITHUB_API_URL'],
  gitlab: ['CI_SERVER_URL'],
  pypi: ['PYPI_URL'],
  'go-proxy': ['GOPROXY'],
  crates: ['CARGO_REGISTRIES_CRATES_IO_API'],
  gnu: ['GNU_MIRROR'],
  sourceforge: [],
};

/** The variable of our own for an upstream: `github-api` is `PACKMILL_UPSTREAM_GITHUB_API`. */
export function upstreamVariable(name: string): string {
  return `PACKMILL_UPSTREAM_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Where packages of upstreams are asked for: settings first, then the environment. */
export function readUpstreams(
  settings: Readonly<Record<string, string>>,
  variable: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = { ...settings };
  for (const [name, others] of Object.entries(upstreamVariables)) {
    const value = [upstreamVariable(name), ...others].map(variable).find((text) => text !== undefined);
    // of a list of proxies the first one counts
    if (!Object.hasOwn(found, name) && value !== undefined) found[name] = value.split(/[,|]/)[0] ?? value;
  }
  return found;
}

/** The address of an upstream, without a slash at its end. Throws AGN026 with the settings that would do. */
export function upstreamAddress(upstreams: Readonly<Record<string, string>>, name: string): string {
  const address = Object.hasOwn(upstreams, name) ? upstreams[name] : undefined;
  if (address !== undefined && address !== '') return address.replace(/\/+$/, '');
  const others = upstreamVariables[name];
  if (!others) {
    const near = nearestNames(name, Object.keys(upstreamVariables))[0];
    throw fault('AGN026', {
      what: `there is no upstream '${name}'`,
      ...(near === undefined ? {} : { next: `Did you mean '${near}'?` }),
    });
  }
  const variables = [upstreamVariable(name), ...others].map((variable) => `'${variable}'`).join(' or ');
  throw fault('AGN026', {
    what: `the address of upstream '${name}' is not set`,
    next: `Set 'upstreams.${name}' in packmill.yaml, or ${variables} in the environment.`,
  });
}
