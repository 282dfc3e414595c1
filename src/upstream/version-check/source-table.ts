import type { VersionSource } from './source-context.ts';
import { anitya, archpkg, aur, manual, repology, watchedDatabase } from './sources/distributions.ts';
import { bitbucket, gitea, gitlab } from './sources/forges.ts';
import { git } from './sources/git.ts';
import { github } from './sources/github.ts';
import { httpheader, jq, regex } from './sources/pages.ts';
import { cpan, cratesio, gems, go, hackage, npm, packagist, pypi } from './sources/registries.ts';

/** Sources of versions by the names that nvchecker has for them. */
export const versionSources: ReadonlyMap<string, VersionSource> = new Map<string, VersionSource>([
  ['alpm', watchedDatabase('alpm')],
  ['anitya', anitya],
  ['archpkg', archpkg],
  ['aur', aur],
  ['bitbucket', bitbucket],
  ['cpan', cpan],
  ['cratesio', cratesio],
  ['gems', gems],
  ['git', git],
  ['gitea', gitea],
  ['github', github],
  ['gitlab', gitlab],
  ['go', go],
  ['hackage', hackage],
  ['httpheader', httpheader],
  ['jq', jq],
  ['manual', manual],
  ['npm', npm],
  ['packagist', packagist],
  ['pacman', watchedDatabase('pacman')],
  ['pypi', pypi],
  ['regex', regex],
  ['repology', repology],
]);

/** Sources that nvchecker has and we have not. */
export const unsupportedSources: ReadonlySet<string> = new Set([
  ...[
    'alpmfiles',
    'android_sdk',
    'apt',
    'combiner',
    'container',
    'cran',
    'debianpkg',
    'htmlparser',
    'launchpad',
  ],
  ...[
    'mercurial',
    'opam',
    'openvsx',
    'pagure',
    'rpmrepo',
    'snapcraft',
    'sparkle',
    'ubuntupkg',
    'vsmarketplace',
  ],
]);

/** Sources that run what the recipe says. */
export const runningSources: ReadonlySet<string> = new Set(['cmd']);
