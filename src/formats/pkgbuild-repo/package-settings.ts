import { type Code, type Problem, problem } from '../../diagnostics/index.ts';
import { buildClassOf } from '../../primitives/index.ts';
import { type PackageBump, parseBump } from './package-bump.ts';
import { parseSettings, type SettingsFile } from './settings-file.ts';
import { settingsTrouble } from './settings-trouble.ts';

/** The settings of one package, `.CI/config` (specification 3.3). Switches are on for the exact word `true` only. */
export interface PackageSettings {
  /** `aur`, `gitlab:<project id>`, `custom` or a git URL; undefined: self-managed. */
  readonly source: string | undefined;
  readonly bump: PackageBump | undefined;
  /** Push changed recipe files to the AUR. Default false. */
  readonly managesAur: boolean;
  /** Name of the trigger without which the package is not built. */
  readonly onTrigger: string | undefined;
  /** Initial values of state that lives elsewhere today (specification 3.7). */
  readonly gitCommit: string | undefined;
  readonly pkgbuildTimestamp: number | undefined;
  /** Watch the VCS source though the name does not end in `-git`. Default false. */
  readonly forceVcs: boolean;
  /** Shortest time between two rebuilds for new commits; undefined: what the repository says. */
  readonly vcsIntervalMs: number | undefined;
  /** Recipes whose new version bumps this one. */
  readonly rebuildTriggers: readonly string[];
  readonly nvchecker: boolean;
  /** Extended regular expressions of lines that may change without review. */
  readonly changeAllow: readonly string[];
  /** Keep downloaded sources between builds. Default false. */
  readonly cacheSources: boolean;
  /** Factor on the time-out of the build. Default 1. */
  readonly timeoutFactor: number;
  /** Minimum builder class, or the name of one builder. */
  readonly buildClass: number | string | undefined;
  /** Labels that a builder must carry, all of them. */
  readonly builderLabels: readonly string[];
  /** Keep `replaces` and `group` in the finished package. Default false. */
  readonly allowProhibited: boolean;
  /** Keys that packmill does not know; kept when the file is written. */
  readonly unknown: readonly string[];
}

const knownKeys = new Set([
  'CI_PKGBUILD_SOURCE',
  'CI_PACKAGE_BUMP',
  'CI_PKGREL',
  'CI_MANAGE_AUR',
  'CI_ON_TRIGGER',
  'CI_GIT_COMMIT',
  'CI_PKGBUILD_TIMESTAMP',
  'CI_FORCE_VCS',
  'CI_VCS_INTERVAL',
  'CI_REBUILD_TRIGGERS',
  'CI_NVCHECKER',
  'CI_PKGBUILD_CHANGE_ALLOW_REGEX',
  'BUILDER_CACHE_SOURCES',
  'BUILDER_EXTRA_TIMEOUT',
  'BUILDER_CLASS',
  'BUILDER_LABELS',
  'BUILDER_ALLOW_PROHIBITED',
]);

type Report = (code: Code, key: string, what: string) => void;

/** Reads `.CI/config`; `file` is its name for messages. Invalid values are reported and left at their default. */
export function readPackageSettings(
  text: string,
  file: string,
): { readonly settings: PackageSettings; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const parsed = parseSettings(text);
  const report: Report = (code, key, what) => {
    problems.push(problem(code, { what, place: { file, line: parsed.lines.get(key) ?? 1 } }));
  };
  const value = (key: string): string | undefined => parsed.values.get(key) || undefined;
  const flag = (key: string): boolean => parsed.values.get(key) === 'true';
  const list = (key: string, separator: string): readonly string[] =>
    (value(key) ?? '')
      .split(separator)
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const timestamp = value('CI_PKGBUILD_TIMESTAMP');
  const settings: PackageSettings = {
    source: value('CI_PKGBUILD_SOURCE'),
    bump: readBump(parsed, flag('CI_MANAGE_AUR'), report),
    managesAur: flag('CI_MANAGE_AUR'),
    onTrigger: value('CI_ON_TRIGGER'),
    gitCommit: value('CI_GIT_COMMIT'),
    pkgbuildTimestamp: timestamp && /^[0-9]{1,15}$/.test(timestamp) ? Number(timestamp) : undefined,
    forceVcs: flag('CI_FORCE_VCS'),
    vcsIntervalMs: readHours(value('CI_VCS_INTERVAL'), report),
    rebuildTriggers: list('CI_REBUILD_TRIGGERS', ':'),
    nvchecker: flag('CI_NVCHECKER'),
    changeAllow: list('CI_PKGBUILD_CHANGE_ALLOW_REGEX', ';'),
    cacheSources: flag('BUILDER_CACHE_SOURCES'),
    timeoutFactor: readTimeoutFactor(value('BUILDER_EXTRA_TIMEOUT'), report),
    buildClass: buildClassOf(value('BUILDER_CLASS')),
    builderLabels: list('BUILDER_LABELS', ' '),
    allowProhibited: flag('BUILDER_ALLOW_PROHIBITED'),
    unknown: [...parsed.values.keys()].filter((key) => !knownKeys.has(key)),
  };
  return { settings, problems: [...problems, ...settingsTrouble(parsed, knownKeys, file)] };
}

function readTimeoutFactor(value: string | undefined, report: Report): number {
  if (value === undefined) return 1;
  const factor = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/.test(value) ? Number(value) : 0;
  if (factor > 0 && Number.isFinite(factor)) return factor;
  report('PLN007', 'BUILDER_EXTRA_TIMEOUT', `'BUILDER_EXTRA_TIMEOUT' is '${value}', not a positive number`);
  return 1;
}

function readHours(value: string | undefined, report: Report): number | undefined {
  if (value === undefined) return undefined;
  if (/^[0-9]{1,6}(?:\.[0-9]{1,6})?$/.test(value)) return Math.round(Number(value) * 3_600_000);
  report('PLN007', 'CI_VCS_INTERVAL', `'CI_VCS_INTERVAL' is '${value}', not a number of hours`);
  return undefined;
}

function readBump(parsed: SettingsFile, managesAur: boolean, report: Report): PackageBump | undefined {
  const alias = parsed.values.get('CI_PKGREL');
  if (alias) report('PLN008', 'CI_PKGREL', "'CI_PKGREL' is the old name of 'CI_PACKAGE_BUMP'");
  const current = parsed.values.get('CI_PACKAGE_BUMP');
  const key = current ? 'CI_PACKAGE_BUMP' : 'CI_PKGREL';
  const value = current || alias;
  if (!value) return undefined;
  const bump = key === 'CI_PKGREL' && !/^[0-9]{1,3}$/.test(value) ? undefined : parseBump(value);
  if (bump === undefined) {
    report('PLN007', key, `'${key}' is '${value}', neither VERSION/N nor a version nor a number`);
    return undefined;
  }
  if (bump === 'none') return undefined;
  if (managesAur) {
    report('PLN009', key, `'${key}' is ignored because 'CI_MANAGE_AUR' is 'true'`);
    return undefined;
  }
  return bump;
}
