import { asObject, asText, wrongShape } from '../../package-trouble.ts';
import type { Findings } from '../select-version.ts';
import type { SourceContext, VersionSource } from '../source-context.ts';

function found({ options }: SourceContext, version: string | undefined): Findings {
  if (version === undefined) return { kind: 'one', candidate: undefined };
  const stripped = options.flag('strip_release') ? version.replace(/-[^-]*$/, '') : version;
  return { kind: 'one', candidate: { version: stripped } };
}

/** The version of another package in the AUR. */
export const aur: VersionSource = async (context) => {
  const name = context.options.text('aur') ?? context.pkgbase;
  const url = `${context.endpoint('aur')}/rpc/v5/info?arg[]=${encodeURIComponent(name)}`;
  const { results } = await context.jsonObject(url);
  const result = asObject(Array.isArray(results) ? results[0] : undefined);
  const findings = found(context, asText(result?.['Version']));
  const modified = result?.['LastModified'];
  if (!context.options.flag('use_last_modified') || typeof modified !== 'number') return findings;
  if (findings.kind !== 'one' || !findings.candidate) return findings;
  const time = new Date(modified * 1000).toISOString().replaceAll(/[-:T]|\..*$/g, '');
  return { kind: 'one', candidate: { version: `${findings.candidate.version}-${time}` } };
};

/** The version of an official package of Arch Linux, or of what it provides. */
export const archpkg: VersionSource = async (context) => {
  const name = context.options.text('archpkg') ?? context.pkgbase;
  const url = `${context.endpoint('archlinux')}/packages/search/json/?name=${encodeURIComponent(name)}`;
  const { results } = await context.jsonObject(url);
  if (!Array.isArray(results)) throw wrongShape(url, "a list 'results'");
  const result = asObject(results[0]);
  const provided = context.options.text('provided');
  if (provided !== undefined) {
    const provides = Array.isArray(result?.['provides']) ? (result['provides'] as unknown[]) : [];
    return found(context, providedVersion(provides, provided));
  }
  const [pkgver, pkgrel] = [asText(result?.['pkgver']), asText(result?.['pkgrel'])];
  if (pkgver === undefined || pkgrel === undefined) return found(context, undefined);
  const epoch = result?.['epoch'];
  return found(context, `${typeof epoch === 'number' && epoch > 0 ? `${epoch}:` : ''}${pkgver}-${pkgrel}`);
};

function providedVersion(provides: readonly unknown[], name: string): string | undefined {
  const entry = provides.find((one) => typeof one === 'string' && one.startsWith(`${name}=`));
  return typeof entry === 'string' ? entry.slice(name.length + 1) : undefined;
}

/** The version of a package in the databases that the pipeline watches; there is no local pacman to ask. */
export const watchedDatabase =
  (source: 'alpm' | 'pacman'): VersionSource =>
  (context) => {
    const name = context.options.text(source) ?? context.pkgbase;
    return found(context, context.own.published?.(name, context.options.text('provided')));
  };

/** The versions of a project in one distribution, as Repology tells them. */
export const repology: VersionSource = async (context) => {
  const { options } = context;
  const repo = options.required('repo');
  const subrepo = options.text('subrepo');
  const name = options.text('repology') ?? context.pkgbase;
  const url = `${context.endpoint('repology')}/api/v1/project/${encodeURIComponent(name)}`;
  const value = await context.json(url);
  if (!Array.isArray(value)) throw wrongShape(url, 'a list of packages');
  const entries = value
    .map(asObject)
    .filter((entry) => entry?.['repo'] === repo && (subrepo === undefined || entry['subrepo'] === subrepo));
  const versions = entries.flatMap((entry) => asText(entry?.['version']) ?? []);
  return { kind: 'list', candidates: versions.map((version) => ({ version })) };
};

/** The version of a project of release-monitoring.org, by the name that a distribution has for it. */
export const anitya: VersionSource = async (context) => {
  const [distribution = '', name = ''] = context.options.required('anitya').split('/');
  const path = `${encodeURIComponent(distribution)}/${encodeURIComponent(name)}`;
  const { version } = await context.jsonObject(`${context.endpoint('anitya')}/api/project/${path}`);
  return { kind: 'one', candidate: asText(version) === undefined ? undefined : { version: String(version) } };
};

/** The version that stands in the file itself. */
export const manual: VersionSource = ({ options }) => ({
  kind: 'one',
  candidate: { version: options.required('manual') },
});
