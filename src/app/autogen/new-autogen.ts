import { join } from 'node:path';
import { findOverlay } from '../../autogen/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { isCategoryName, isPackageName } from '../../formats/gentoo/index.ts';
import { ensureFolder, pathKind, replaceFile } from '../../host/index.ts';

/** Kinds of autogens that `packmill autogen new` writes. */
export type AutogenKind = 'artifact' | 'archive' | 'yaml';

/** What a new autogen shall be. */
export interface NewAutogen {
  /** A folder of the overlay. */
  readonly folder: string;
  readonly category: string;
  readonly name: string;
  /** `artifact`: a file of an upstream. `archive`: a tarball of its own. `yaml`: a list for a generator. */
  readonly kind: AutogenKind;
  /** Where the versions are found; of `artifact` a page with links, of `archive` any page, of `yaml` the folder of the files. */
  readonly url: string;
  readonly description: string;
  readonly license: string;
}

/** Paths that were written. */
export interface NewAutogenFiles {
  readonly files: readonly string[];
}

/**
 * Writes an autogen with its template into an overlay. Throws AGN001, CLI001 for names that Portage does not take, and AGN002
 * when something is there already.
 */
export function writeNewAutogen(wish: NewAutogen): NewAutogenFiles {
  const { category, name, kind } = wish;
  // a word of the command line and not of an autogen, so AGN009 with its advice does not fit
  const why =
    'Category and name decide where an ebuild lies, and Portage takes only names as PMS 3.1 defines them.';
  const next = 'Name both, as in: packmill autogen new app-misc/foo.';
  if (!isCategoryName(category))
    throw fault('CLI001', { what: `'${category}' is not the name of a category`, why, next });
  if (!isPackageName(name))
    throw fault('CLI001', { what: `'${name}' is not the name of a package`, why, next });
  const folder = join(findOverlay(wish.folder).root, category, name);
  const autogen = join(folder, kind === 'yaml' ? 'autogen.yaml' : 'autogen.ts');
  const template = join(folder, 'templates', `${name}.tmpl`);
  for (const path of [autogen, template]) {
    if (pathKind(path) === 'none') continue;
    throw fault('AGN002', {
      what: `'${path}' is there already`,
      why: 'A new autogen never overwrites a file.',
      next: 'Remove the file, or name another package.',
    });
  }
  ensureFolder(join(folder, 'templates'));
  replaceFile(template, templateText(wish));
  replaceFile(autogen, texts[kind](wish));
  return { files: [autogen, template] };
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Inside double quotes of Bash. */
const shellText = (text: string): string => text.replace(/["$`\\]/g, '\\$&');

const texts: Readonly<Record<AutogenKind, (wish: NewAutogen) => string>> = {
  artifact: ({ name, url }) => `import type { Hub, PkgInfo } from 'packmill/autogen';

/** Finds the newest release on the page of the upstream, and writes an ebuild for it. */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const page = await hub.getPage(${quoted(url)});
  const versions = [...page.matchAll(/${name.replaceAll('+', '\\+')}-(\\d[\\d.]*\\d)\\.tar\\.(?:gz|xz)/g)].map(([file, version]) => ({ file, version }));
  const newest = hub.versions.latest(versions, ({ version }) => version ?? '');
  if (!newest?.version) throw new hub.BreezyError(\`no release of \${pkg.name} is found\`);
  const source = hub.artifact({ url: new URL(newest.file, ${quoted(url)}).href });
  hub.breezyBuild({ ...pkg, version: newest.version, artifacts: [source] }).push();
}
`,
  archive: ({ url }) => `import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hub, PkgInfo } from 'packmill/autogen';

/** Makes an archive of its own the first time, and finds it from then on. */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const version = '1.0';
  const name = \`\${pkg.name}-\${version}\`;
  const archive = await hub.Archive.getOrCreate(
    \`\${name}.tar.xz\`,
    { key: { version }, topDirectory: name },
    async ({ topPath }) => {
      await writeFile(join(topPath, 'README'), await hub.getPage(${quoted(url)}));
    },
  );
  hub.breezyBuild({ ...pkg, version, artifacts: [archive] }).push();
}
`,
  yaml: ({ name, category, url }) => `# One rule: a generator, settings for all packages, and the packages.
${name}:
  generator: simple
  defaults:
    cat: ${category}
  packages:
    - ${name}:
        version: '1.0'
        src_uri: ${JSON.stringify(`${url.replace(/\/*$/, '')}/{name}-{version}.tar.gz`)}
`,
};

function templateText({ description, license, url }: NewAutogen): string {
  return `# Distributed under the terms of the GNU General Public License v2

EAPI=8

DESCRIPTION="${shellText(description)}"
HOMEPAGE="${shellText(url)}"
SRC_URI="{{src_uri}}"

LICENSE="${shellText(license)}"
SLOT="0"
KEYWORDS="*"
`;
}
