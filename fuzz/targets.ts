import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { target as applyVersion } from './apply-version.ts';
import { target as cargoLock } from './cargo-lock.ts';
import { target as database } from './database.ts';
import { target as databaseEntry } from './database-entry.ts';
import { target as dependency } from './dependency.ts';
import { target as elf } from './elf.ts';
import { target as extendedJson } from './extended-json.ts';
import { target as farmConfig } from './farm-config.ts';
import { target as feed } from './feed.ts';
import { target as gentooAtom } from './gentoo-atom.ts';
import { target as gentooExpression } from './gentoo-expression.ts';
import { target as gentooFiles } from './gentoo-files.ts';
import { target as goSum } from './go-sum.ts';
import { target as jinja } from './jinja.ts';
import { target as metro } from './metro.ts';
import { target as mtree } from './mtree.ts';
import { target as packageFile } from './package-file.ts';
import { target as packageInfo } from './package-info.ts';
import { target as packageName } from './package-name.ts';
import { target as pageLinks } from './page-links.ts';
import { target as pythonGraph } from './python-graph.ts';
import { target as pythonVersion } from './python-version.ts';
import { target as settingsFile } from './settings-file.ts';
import { target as shell } from './shell.ts';
import { target as srcinfo } from './srcinfo.ts';
import { target as tar } from './tar.ts';
import type { FuzzTarget } from './target.ts';
import { target as version } from './version.ts';
import { target as versionCheck } from './version-check.ts';

/** Every parser that reads what strangers write. */
export const targets: readonly FuzzTarget[] = [
  applyVersion,
  cargoLock,
  database,
  databaseEntry,
  dependency,
  elf,
  extendedJson,
  farmConfig,
  feed,
  gentooAtom,
  gentooExpression,
  gentooFiles,
  goSum,
  jinja,
  metro,
  mtree,
  packageFile,
  packageInfo,
  packageName,
  pageLinks,
  pythonGraph,
  pythonVersion,
  settingsFile,
  shell,
  srcinfo,
  tar,
  version,
  versionCheck,
];

/** The committed seeds of a target, by name of file. */
export function readSeeds(name: string): readonly Uint8Array[] {
  const folder = join(import.meta.dirname, 'corpus', name);
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}
