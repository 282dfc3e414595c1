import { type Srcinfo, sectionValues, srcinfoVersion } from '../../../formats/pacman/index.ts';
import {
  bumpedPkgrel,
  parseBump,
  parseSettings,
  readPackageSettings,
} from '../../../formats/pkgbuild-repo/index.ts';
import type { ImportRuleName } from './import-rules.ts';
import type { ImportedPackage } from './imported-repository.ts';

/** What of the whole repository counts for a package. */
export interface RepositoryFacts {
  readonly humanReview: boolean;
  readonly trustedSources: readonly string[];
  readonly rebuildBlacklist: ReadonlySet<string>;
}

/** `.CI/config` as it is written, and where. */
export interface KnownSettings {
  readonly values: ReadonlyMap<string, string>;
  /** Undefined: the package has no settings file. */
  readonly text: string | undefined;
  at(key: string): { readonly file: string; readonly line: number };
}

export function knownSettings({ name, config }: ImportedPackage): KnownSettings {
  const parsed = parseSettings(config ?? '');
  const file = `${name}/.CI/config`;
  return { values: parsed.values, text: config, at: (key) => ({ file, line: parsed.lines.get(key) ?? 1 }) };
}

interface Subject {
  readonly one: ImportedPackage;
  readonly settings: KnownSettings;
  readonly srcinfo: Srcinfo | undefined;
  readonly facts: RepositoryFacts;
}

type Report = (rule: ImportRuleName, what: string, at?: { file?: string; line?: number }) => void;

const switches = [
  'CI_MANAGE_AUR',
  'CI_FORCE_VCS',
  'CI_NVCHECKER',
  'BUILDER_CACHE_SOURCES',
  'BUILDER_ALLOW_PROHIBITED',
];

/** Everything that the settings of a package say otherwise, or that says nothing. */
export function settingsFindings(subject: Subject, report: Report): void {
  const { one, settings } = subject;
  if (settings.text === undefined) {
    report('unmanaged', "there is no '.CI/config'");
    return;
  }
  const file = `${one.name}/.CI/config`;
  writtenFindings(settings.text, file, report);
  const { problems } = readPackageSettings(settings.text, file);
  const known = settings.values.size - problems.filter(({ code }) => code === 'CIC001').length;
  if (known <= 0) report('unmanaged', 'no line of it is a known setting', { file });
  else if (!settings.values.get('CI_PKGBUILD_SOURCE')) {
    report('source-missing', 'CI_PKGBUILD_SOURCE is not set', { file });
  }
  for (const { code, what, place, next } of problems) {
    const at = { file, ...(place?.line === undefined ? {} : { line: place.line }) };
    const hint = next?.startsWith('Did you mean') ? `; d${next.slice(1)}` : '';
    if (code === 'CIC001') report('settings-unknown', `${what}${hint}`, at);
    if (code === 'CIC002') report('settings-stray', what, at);
  }
  for (const key of switches) {
    const value = settings.values.get(key);
    if (value && value !== 'true' && value !== 'false') {
      report('flag-word', `'${key}' is '${value}'`, settings.at(key));
    }
  }
  for (const key of ['CI_GIT_COMMIT', 'CI_PKGBUILD_TIMESTAMP']) {
    if (settings.values.get(key)) report('state-in-config', `'${key}'`, settings.at(key));
  }
  sourceFindings(subject, report);
  bumpFindings(subject, report);
  triggerFindings(subject, report);
}

/** Quotes and blanks around values, which old readers kept. */
export function writtenFindings(text: string, file: string, report: Report): void {
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const match = /^[ \t]*([A-Za-z0-9_]+)[ \t]*=[ \t]*(.*)$/s.exec(line);
    if (!match) continue;
    const written = match[2] as string;
    if (written === '' || (!/^["'].*["']\s*$/s.test(written) && !/\s$/.test(written))) continue;
    report('settings-quotes', `'${match[1]}' is written ${JSON.stringify(written)}`, {
      file,
      line: index + 1,
    });
  }
}

const aurAddress = /^[a-z+]+:\/\/(?:[^/@]*@)?aur\.archlinux\.org[:/]+([^/]+?)(?:\.git)?\/?$/;

function sourceFindings({ one, settings, facts }: Subject, report: Report): void {
  const source = settings.values.get('CI_PKGBUILD_SOURCE') ?? '';
  if (['', 'aur', 'custom'].includes(source) || source.startsWith('gitlab:')) return;
  const at = settings.at('CI_PKGBUILD_SOURCE');
  const aur = aurAddress.exec(source)?.[1];
  if (aur !== undefined) {
    const same = aur === one.name ? '' : `, where it is named '${aur}'`;
    report('source-is-aur', `'${source}'${same}`, at);
  }
  if (!facts.humanReview) return;
  const place = /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?([^/:]+)(?::\d+)?[:/]+([^/]+)/.exec(source);
  const [, host = '', owner = ''] = place ?? [];
  const isTrusted = facts.trustedSources.some(
    (trusted) => trusted === host || trusted === `${host}/${owner}`,
  );
  if (!isTrusted) report('source-needs-review', `'${source}'`, at);
}

function bumpFindings({ settings, srcinfo }: Subject, report: Report): void {
  const { values } = settings;
  if (values.get('CI_PKGREL'))
    report('bump-alias', `'CI_PKGREL=${values.get('CI_PKGREL')}'`, settings.at('CI_PKGREL'));
  const value = values.get('CI_PACKAGE_BUMP') || values.get('CI_PKGREL');
  if (!value) return;
  const key = values.get('CI_PACKAGE_BUMP') ? 'CI_PACKAGE_BUMP' : 'CI_PKGREL';
  const at = settings.at(key);
  const bump = parseBump(value);
  if (bump === undefined) report('bump-unreadable', `'${key}' is '${value}'`, at);
  if (bump === undefined || bump === 'none') return;
  if (values.get('CI_MANAGE_AUR') === 'true') report('bump-aur', `'${value}'`, at);
  if (bump.kind === 'always') {
    report('bump-plain', `'${value}'`, at);
    return;
  }
  if (!srcinfo) return;
  const first = (field: string): string => sectionValues(srcinfo.base, field)[0] ?? '';
  const version = { epoch: first('epoch') || undefined, pkgver: first('pkgver'), pkgrel: first('pkgrel') };
  if (bumpedPkgrel(version, bump) === version.pkgrel) {
    report('bump-stale', `it is for ${bump.version}, the recipe has ${srcinfoVersion(srcinfo)}`, at);
  }
}

function triggerFindings({ settings, srcinfo, facts }: Subject, report: Report): void {
  const names = (settings.values.get('CI_REBUILD_TRIGGERS') ?? '').split(':').filter((name) => name !== '');
  if (names.length === 0) return;
  const at = settings.at('CI_REBUILD_TRIGGERS');
  const epoch = srcinfo ? (sectionValues(srcinfo.base, 'epoch')[0] ?? '0') : '0';
  if (!/^0*$/.test(epoch)) report('epoch-trigger', `epoch ${epoch}, triggers ${names.join(', ')}`, at);
  const blocked = names.filter((name) => facts.rebuildBlacklist.has(name));
  if (blocked.length > 0) report('trigger-blacklisted', blocked.map((name) => `'${name}'`).join(', '), at);
}
