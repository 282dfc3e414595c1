import { fault, isFault } from '../../diagnostics/index.ts';
import {
  comparePythonVersions,
  isPrerelease,
  meetsSpecifier,
  type PythonVersion,
  parsePythonVersion,
  parseSpecifier,
} from '../../formats/python/index.ts';
import { bothVersions } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import { isMapping } from '../merge-settings.ts';
import { oneLine } from './source-artifacts.ts';

/** A source of a release, as the index has it. */
export interface Sdist {
  readonly url: string;
  readonly fileName: string;
  readonly sha256: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly requiresPython: string | undefined;
}

/** A release that fits. */
export interface PypiRelease {
  /** For the ebuild. */
  readonly version: string;
  /** As the index has it. */
  readonly pypiVersion: string;
  readonly sdist: Sdist;
}

/** What the index says of a package. */
export interface PypiProject {
  readonly desc: string;
  readonly homepage: string;
  readonly license: string;
  readonly releases: readonly { readonly version: string; readonly sdists: readonly Sdist[] }[];
}

/** Licences that classifiers name without doubt. */
const licenses: Readonly<Record<string, string>> = {
  'License :: OSI Approved :: Apache Software License': 'Apache-2.0',
  'License :: OSI Approved :: BSD License': 'BSD',
  'License :: OSI Approved :: MIT License': 'MIT',
};

/** Reads a project of the index. Throws FET problems and GEN004. */
export async function readProject(hub: Hub, name: string): Promise<PypiProject> {
  const url = `${hub.upstream('pypi')}/pypi/${encodeURIComponent(name)}/json`;
  const answer = await hub.getJson(url);
  const { info, releases } = isMapping(answer) ? answer : {};
  if (!isMapping(info) || !isMapping(releases))
    throw fault('GEN004', { what: `'${url}' answers no project` });
  const text = (key: string): string => (typeof info[key] === 'string' ? info[key] : '');
  const classifiers = Array.isArray(info['classifiers']) ? info['classifiers'].map(String) : [];
  const known = classifiers.flatMap((classifier) => licenses[classifier] ?? []);
  return {
    desc: oneLine(text('summary')),
    homepage: [...new Set([text('home_page'), text('project_url')].map(oneLine))].filter(isShown).join(' '),
    license: [...new Set(known)].join(' '),
    releases: Object.entries(releases).map(([version, files]) => ({ version, sdists: sdistsOf(files) })),
  };
}

const isShown = (text: string): boolean => text !== '' && text !== 'UNKNOWN';

/** Formats in the order in which they are preferred. */
const formats = ['.tar.gz', '.tar.xz', '.tar.bz2', '.zip'] as const;

function sdistsOf(files: unknown): readonly Sdist[] {
  const rank = ({ fileName }: Sdist): number => {
    const at = formats.findIndex((format) => fileName.endsWith(format));
    return at === -1 ? formats.length : at;
  };
  return (Array.isArray(files) ? files.filter(isMapping) : [])
    .filter((file) => file['packagetype'] === 'sdist' && file['yanked'] !== true)
    .flatMap((file): Sdist[] => {
      const { url, filename, digests, size, requires_python: python } = file;
      if (typeof url !== 'string' || typeof filename !== 'string') return [];
      const sha256 = isMapping(digests) ? digests['sha256'] : undefined;
      return [
        {
          url,
          fileName: filename,
          sha256: typeof sha256 === 'string' ? sha256 : undefined,
          sizeBytes: typeof size === 'number' && size > 0 ? size : undefined,
          requiresPython: typeof python === 'string' && python.trim() !== '' ? python : undefined,
        },
      ];
    })
    .sort((a, b) => rank(a) - rank(b));
}

export interface ReleaseWish {
  readonly name: string;
  /** The version that is pinned, as the index or as the ebuild spells it; undefined: the newest. */
  readonly version: string | undefined;
  /** Of the release that is made; undefined: every Python will do. */
  readonly python: PythonVersion | undefined;
  /** In place of what the index says. */
  readonly requiresPython: string | undefined;
}

/**
 * The newest release, or the one that is pinned, that has a source and admits our Python (specification 6.3; PEP 440). Early
 * releases are taken only when pinned. Throws GEN002 with the reason.
 */
export function chooseRelease({ releases }: PypiProject, wish: ReleaseWish): PypiRelease {
  const { name, version: pinned, python } = wish;
  const refused: string[] = [];
  const usable = releases.flatMap(({ version, sdists }) => {
    const parsed = parsePythonVersion(version);
    if (!parsed) return [];
    if (pinned === undefined ? isPrerelease(parsed) : !isPinned(version, pinned)) return [];
    if (sdists.length === 0) refused.push(`${version} has no source`);
    const sdist = sdists.find((one) => admits(wish.requiresPython ?? one.requiresPython, python));
    if (sdists.length > 0 && !sdist) {
      refused.push(`${version} wants Python ${wish.requiresPython ?? sdists[0]?.requiresPython}`);
    }
    return sdist ? [{ version, parsed, sdist }] : [];
  });
  const [newest] = usable.sort((a, b) => comparePythonVersions(b.parsed, a.parsed));
  if (newest) {
    return {
      version: bothVersions(newest.version).version,
      pypiVersion: newest.version,
      sdist: newest.sdist,
    };
  }
  throw fault('GEN002', {
    what: `no release of '${name}' ${pinned === undefined ? 'fits' : `is version '${pinned}'`}`,
    ...(refused.length > 0 ? { why: `Passed over: ${refused.slice(-5).join('; ')}.` } : {}),
  });
}

function isPinned(version: string, pinned: string): boolean {
  if (version === pinned) return true;
  try {
    return bothVersions(version).version === pinned;
  } catch {
    return false;
  }
}

function admits(requires: string | undefined, python: PythonVersion | undefined): boolean {
  if (requires === undefined || python === undefined) return true;
  try {
    return meetsSpecifier(python, parseSpecifier(requires), true);
  } catch (error) {
    // the index has old releases whose text never was a specifier; installers pass over it
    if (isFault(error, 'PEP001')) return true;
    throw error;
  }
}
