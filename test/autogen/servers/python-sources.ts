import { gzipSync } from 'node:zlib';
import { encodeTarEntry, tarEnd } from '../../../src/formats/archives/index.ts';
import { hashOf, type Upstream } from '../kit.ts';

/** A `.tar.gz` of several files. */
export function sourceArchive(files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files).map(([path, text]) =>
    encodeTarEntry({ path }, new TextEncoder().encode(text)),
  );
  return gzipSync(Buffer.concat([...entries, tarEnd]));
}

/** A release as a test writes it down. */
export interface PypiReleaseGiven {
  readonly requiresPython?: string;
  /** Files of its source below the top folder; none: there is only a wheel. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files at the top of its source. */
  readonly besides?: Readonly<Record<string, string>>;
  /** Default: name and version. */
  readonly folder?: string;
  readonly yanked?: boolean;
  /** Instead of the right one. */
  readonly sha256?: string;
}

/** Speaks the JSON interface of the Python index for one project. */
export function servePypi(
  upstream: Upstream,
  name: string,
  project: {
    readonly info?: Readonly<Record<string, unknown>>;
    readonly releases: Readonly<Record<string, PypiReleaseGiven>>;
  },
): void {
  const releases = Object.entries(project.releases).map(([version, given]) => {
    const wheel = {
      packagetype: 'bdist_wheel',
      filename: `${name}-${version}.whl`,
      url: 'http://wheel.invalid',
    };
    if (!given.files) return [version, [wheel]];
    const folder = given.folder ?? `${name}-${version}`;
    const below = Object.entries(given.files).map(([path, text]) => [`${folder}/${path}`, text]);
    const body = sourceArchive({ ...Object.fromEntries(below), ...given.besides });
    const filename = `${folder}.tar.gz`;
    return [
      version,
      [
        wheel,
        {
          packagetype: 'sdist',
          filename,
          url: upstream.serve(`/packages/${filename}`, body),
          digests: { sha256: given.sha256 ?? hashOf('sha256', body) },
          size: body.byteLength,
          yanked: given.yanked ?? false,
          requires_python: given.requiresPython ?? null,
        },
      ],
    ];
  });
  const info = {
    summary: 'Says "hello"',
    home_page: 'https://foo.example',
    classifiers: [],
    ...project.info,
  };
  upstream.serve(`/pypi/${name}/json`, JSON.stringify({ info, releases: Object.fromEntries(releases) }));
}
