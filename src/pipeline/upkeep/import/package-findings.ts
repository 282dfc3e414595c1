import { isValidPkgname, parseSrcinfo, type Srcinfo, sectionValues } from '../../../formats/pacman/index.ts';
import {
  endHookNames,
  interfereNames,
  updateHookName,
  watchedBranches,
} from '../../../formats/pkgbuild-repo/index.ts';

import { readVersionCheck } from '../../../upstream/index.ts';
import type { ImportFinding, ImportRuleName } from './import-rules.ts';
import type { ImportedPackage } from './imported-repository.ts';
import {
  type KnownSettings,
  knownSettings,
  type RepositoryFacts,
  settingsFindings,
} from './settings-findings.ts';

/** What is known of a package once it was looked at. */
export interface LookedAt {
  readonly findings: readonly ImportFinding[];
  /** Undefined when it is missing or cannot be read. */
  readonly srcinfo: Srcinfo | undefined;
}

type Report = (rule: ImportRuleName, what: string, at?: { file?: string; line?: number }) => void;

/** A `prepare.sh` beside the PKGBUILD is an ordinary source as often as not. */
const misplaced = interfereNames.filter((name) => name !== 'prepare.sh');
const versionControl = /-(?:svn|hg|bzr|git)$/;

/** Everything in which packmill treats one package otherwise, or that somebody should look at. */
export function packageFindings(one: ImportedPackage, facts: RepositoryFacts): LookedAt {
  const findings: ImportFinding[] = [];
  const report: Report = (rule, what, at = {}) => {
    findings.push({ rule, package: one.name, ...at, what });
  };
  reportName(one, report);
  const srcinfo = readSrcinfo(one, report);
  const settings = knownSettings(one);
  settingsFindings({ one, settings, srcinfo, facts }, report);
  reportFiles(one, report);
  if (srcinfo) reportSrcinfo({ one, settings, srcinfo }, report);
  if (settings.values.get('CI_NVCHECKER') === 'true') reportVersionCheck(one, settings, report);
  return { findings, srcinfo };
}

function reportName({ name, files }: ImportedPackage, report: Report): void {
  if (!isValidPkgname(name)) report('name-invalid', `'${name}' is no name of a package`);
  else if (/[^a-z0-9_-]/.test(name)) report('name-missed', `'${name}'`);
  if (!files.has('PKGBUILD')) report('pkgbuild-missing', 'there is no PKGBUILD');
}

function readSrcinfo({ name, srcinfo }: ImportedPackage, report: Report): Srcinfo | undefined {
  const file = `${name}/.SRCINFO`;
  if (srcinfo === undefined) {
    report('srcinfo-missing', 'there is no .SRCINFO');
    return undefined;
  }
  if (srcinfo.trim() === '') {
    report('srcinfo-unusable', 'it is empty', { file });
    return undefined;
  }
  const parsed = parseSrcinfo(srcinfo, file);
  if (!parsed.srcinfo) {
    const [first] = parsed.problems;
    report('srcinfo-unusable', first?.what ?? 'it has no pkgbase', first?.place ?? { file });
    return undefined;
  }
  const { base } = parsed.srcinfo;
  if (base.name !== name)
    report('srcinfo-other-pkgbase', `pkgbase is '${base.name}'`, { file, line: base.line });
  return parsed.srcinfo;
}

function reportFiles({ name, files, ciFiles }: ImportedPackage, report: Report): void {
  if (ciFiles.has(updateHookName)) {
    report('update-hook', `'.CI/${updateHookName}'`, { file: `${name}/.CI/${updateHookName}` });
  }
  for (const hook of endHookNames) {
    if (ciFiles.has(hook)) report('result-hook', `'.CI/${hook}'`, { file: `${name}/.CI/${hook}` });
  }
  for (const file of misplaced) {
    if (files.has(file)) report('misplaced-interfere', `'${file}'`, { file: `${name}/${file}` });
  }
}

interface Described {
  readonly one: ImportedPackage;
  readonly settings: KnownSettings;
  readonly srcinfo: Srcinfo;
}

function reportSrcinfo({ one, settings, srcinfo }: Described, report: Report): void {
  const file = srcinfo.file;
  const { values } = settings;
  const pkgnames = srcinfo.members.map((member) => member.name);
  if (values.get('CI_PKGBUILD_SOURCE') === 'aur' && pkgnames.length > 0 && !pkgnames.includes(one.name)) {
    report('split-not-found', `its packages are ${shown(pkgnames)}`, { file });
  }
  const groups = [srcinfo.base, ...srcinfo.members].flatMap((section) => sectionValues(section, 'groups'));
  if (groups.length > 0 && values.get('BUILDER_ALLOW_PROHIBITED') !== 'true') {
    report('groups-removed', `groups ${shown([...new Set(groups)])}`, { file });
  }
  const isVcs =
    one.name.endsWith('-git') || values.get('CI_FORCE_VCS') === 'true' || values.has('CI_GIT_COMMIT');
  const watched = isVcs ? watchedBranches(srcinfo) : [];
  if (watched.length > 1) {
    report('several-git-sources', `${watched.length} git sources: ${shown(watched.map(({ url }) => url))}`, {
      file,
    });
  }
  for (const { ref, url } of watched) {
    if (ref !== 'HEAD') report('branch-exact', `'${ref.replace('refs/heads/', '')}' of ${url}`, { file });
  }
  if (versionControl.test(one.name) && watched.length === 0 && !values.get('CI_ON_TRIGGER')) {
    report('not-watched', 'no git source that follows a branch, and no CI_ON_TRIGGER', { file });
  }
}

function reportVersionCheck(one: ImportedPackage, settings: KnownSettings, report: Report): void {
  const source = settings.values.get('CI_PKGBUILD_SOURCE');
  if (source !== undefined && source !== '' && source !== 'custom') {
    report('nvchecker-overrides', `CI_PKGBUILD_SOURCE is '${source}'`, settings.at('CI_NVCHECKER'));
  }
  if (!one.versionCheck) {
    report('nvchecker-file', "neither 'nvchecker.toml' nor '.nvchecker.toml'");
    return;
  }
  const file = `${one.name}/${one.versionCheck.file}`;
  const { check, problems } = readVersionCheck(one.versionCheck.text, { pkgbase: one.name, file });
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (check && !first) return;
  report('nvchecker-source', first?.what ?? `no table '${one.name}'`, { file, ...lineOf(first?.place) });
}

const lineOf = (place: { readonly line?: number } | undefined): { line?: number } =>
  place?.line === undefined ? {} : { line: place.line };

/** Up to four names in words. */
export function shown(names: readonly string[]): string {
  const few = names.slice(0, 4).map((name) => `'${name}'`);
  return names.length > 4 ? `${few.join(', ')} and ${names.length - 4} more` : few.join(', ');
}
