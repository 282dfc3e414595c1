import { normalisedName } from '../../../formats/python/index.ts';
import { asObject, asText, wrongShape } from '../../package-trouble.ts';
import { isPreRelease } from '../python-version.ts';
import type { Findings } from '../select-version.ts';
import type { SourceContext, VersionSource } from '../source-context.ts';

const one = (version: string | undefined): Findings => ({
  kind: 'one',
  candidate: version === undefined ? undefined : { version },
});
const several = (versions: readonly unknown[]): Findings => ({
  kind: 'list',
  candidates: versions.flatMap((version) => (typeof version === 'string' ? [{ version }] : [])),
});

/** The name of a package in its registry: letters, digits and what registries allow beside them; never a way out of the path. */
function packageName({ options }: SourceContext, source: string): string {
  const name = options.required(source);
  if (/^@?[\w.+~-]+(?:[/:]+[\w.+~-]+)*$/.test(name) && !/(?:^|\/)\.+(?:\/|$)/.test(name)) return name;
  throw options.wrong(`'${source}' is no name of a package: '${name}'`);
}

/** The index of Python packages, in the form of PEP 691 with the versions of PEP 700. */
export const pypi: VersionSource = async (context) => {
  const name = normalisedName(packageName(context, 'pypi'));
  const url = `${context.endpoint('pypi')}/${name}/`;
  const { versions } = await context.jsonObject(url, {}, 'application/vnd.pypi.simple.v1+json');
  if (!Array.isArray(versions)) throw wrongShape(url, "a list 'versions'");
  const withPre = context.options.flag('use_pre_release');
  return several(
    versions.filter((version) => withPre || (typeof version === 'string' && !isPreRelease(version))),
  );
};

/** The newest release of an npm package; its file names the registry itself where it wants another one. */
export const npm: VersionSource = async (context) => {
  const name = packageName(context, 'npm').replace('/', '%2f');
  const root = context.options.text('registry') ?? context.endpoint('npm');
  const accept = 'application/vnd.npm.install-v1+json';
  const tags = asObject((await context.jsonObject(`${root}/${name}`, {}, accept))['dist-tags']);
  return one(asText(tags?.['latest']));
};

/** Crates, by the sparse index of cargo: a file with a line of JSON for each version. */
export const cratesio: VersionSource = async (context) => {
  const { options, own } = context;
  const name = packageName(context, 'cratesio').toLowerCase();
  const folder = name.length < 3 ? `${name.length}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
  const path = name.length === 3 ? `3/${name[0]}` : folder;
  const url = `${context.endpoint('crates')}/${path}/${name}`;
  const { bytes } = await own.fetcher.get(url, { signal: own.signal });
  const lines = Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '');
  const versions = lines.map((line) => {
    try {
      const entry = asObject(JSON.parse(line));
      return entry?.['yanked'] === true ? undefined : entry?.['vers'];
    } catch {
      throw wrongShape(url, 'a line of JSON for each version');
    }
  });
  const withPre = options.flag('use_pre_release');
  return several(versions.filter((version) => withPre || !String(version).includes('-')));
};

/** All versions of a Ruby gem but those that announce others. */
export const gems: VersionSource = async (context) => {
  const url = `${context.endpoint('gems')}/api/v1/versions/${packageName(context, 'gems')}.json`;
  const value = await context.json(url);
  if (!Array.isArray(value)) throw wrongShape(url, 'a list of versions');
  const withPre = context.options.flag('use_pre_release');
  const entries = value.map(asObject).filter((entry) => withPre || entry?.['prerelease'] !== true);
  return several(entries.map((entry) => entry?.['number']));
};

/** The newest release of a Perl distribution, as MetaCPAN tells it. */
export const cpan: VersionSource = async (context) => {
  const url = `${context.endpoint('cpan')}/release/${packageName(context, 'cpan')}`;
  const { version } = await context.jsonObject(url);
  return one(typeof version === 'number' ? String(version) : asText(version));
};

/** The preferred version of a Haskell package. */
export const hackage: VersionSource = async (context) => {
  const url = `${context.endpoint('hackage')}/package/${packageName(context, 'hackage')}/preferred.json`;
  const versions = (await context.jsonObject(url))['normal-version'];
  if (!Array.isArray(versions)) throw wrongShape(url, "a list 'normal-version'");
  return one(asText(versions[0]));
};

/** All versions of a PHP package but branches. */
export const packagist: VersionSource = async (context) => {
  const name = packageName(context, 'packagist');
  const url = `${context.endpoint('packagist')}/p2/${name}.json`;
  const versions = asObject((await context.jsonObject(url))['packages'])?.[name];
  if (!Array.isArray(versions)) throw wrongShape(url, `versions of '${name}'`);
  const names = versions.map((entry) => asObject(entry)?.['version']);
  return several(names.filter((version) => typeof version === 'string' && !/^dev-|-dev$/.test(version)));
};

/** The newest version of a Go module, as a module proxy tells it; capital letters are written as `!x` there. */
export const go: VersionSource = async (context) => {
  const path = packageName(context, 'go').replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
  const url = `${context.endpoint('go')}/${path}/@latest`;
  return one(asText((await context.jsonObject(url))['Version']));
};
