import { type Problem, problem } from '../../diagnostics/index.ts';
import { buildClassOf } from '../../primitives/index.ts';
import { type RepositoryKey, repositoryDefaults } from './repository-keys.ts';
import { parseSettings, type SettingsFile } from './settings-file.ts';
import { settingsTrouble } from './settings-trouble.ts';

/** Where the queue store is reached through SSH (specification 13.6). */
export interface RedisAccess {
  readonly sshHost: string;
  readonly sshPort: number;
  readonly sshUser: string;
  /** Port of the store behind the tunnel. */
  readonly port: number;
  /** Public key of the SSH host, as in a known_hosts file; undefined: the first one seen is pinned. */
  readonly sshHostKey: string | undefined;
}

/** Settings of a whole recipe repository, `.ci/config` (specification 3.4). */
export interface RepositorySettings {
  /** `BUILD_REPO`: the target that is built for (decision 1 of issue 4). */
  readonly buildRepo: string;
  /** `REPO_NAME`: name of this repository among the manager's sources. */
  readonly repoName: string;
  readonly arch: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly redis: RedisAccess;
  /** Major changes go through a merge or pull request. Default false. */
  readonly humanReview: boolean;
  readonly reviewAssignee: string | undefined;
  /** Updates found by version checks always do. Default true. */
  readonly nvcheckerReview: boolean;
  /** Hosts (`host`) or owners (`host/owner`) whose recipes need no review though they are not from the AUR. */
  readonly trustedSources: readonly string[];
  /** Master switch of the push-back to the AUR. Default false. */
  readonly managesAur: boolean;
  /** Amend the previous automatic commit. Default false (specification 7.4). */
  readonly overwriteCommits: boolean;
  readonly cloneDelayMs: number;
  /** Pause before a clone is tried a second time. Default 30,000. */
  readonly retryDelayMs: number;
  readonly hookTimeoutMs: number;
  /** Shortest time between two rebuilds of a package for new commits of its sources. Default 0. */
  readonly vcsIntervalMs: number;
  readonly maxParallel: number;
  /** Proxy of requests to the AUR only. */
  readonly aurProxy: string | undefined;
  readonly aurUrl: string;
  /** Address of a recipe in the AUR; `{pkgbase}` is filled in. */
  readonly aurGitUrl: string;
  /** The same for pushing. */
  readonly aurPushUrl: string;
  readonly aurMode: 'auto' | 'dump' | 'rpc';
  readonly gitlabUrl: string;
  /** What tags of `gitlab:` sources begin with before the version. Default `v`. */
  readonly tagPrefix: string;
  readonly defaultClass: number | string | undefined;
  /** Addresses of pacman databases that are watched. */
  readonly libraryDatabases: readonly string[];
  readonly rebuildBlacklist: ReadonlySet<string>;
  /** Rebuilds by libraries are only reported. Default false. */
  readonly rebuildDryRun: boolean;
  /** Exit code of a build that was skipped on purpose. Default 123. */
  readonly skipCode: number;
  /** Files of a package folder whose change alone builds nothing (specification 5.3); none by default. */
  readonly ignoreList: readonly string[];
  readonly template: TemplateSettings;
}

/** Where the pipeline files come from (specification 11). */
export interface TemplateSettings {
  readonly enabled: boolean;
  readonly repo: string;
  readonly ref: string;
  /** A commit, or the fingerprint of a key that signs them; undefined: nothing vouches for the template. */
  readonly pin: string | undefined;
  readonly allowUnpinned: boolean;
}

/** What `CI_IGNORE_LIST=true` stands for. */
const harmlessFiles: readonly string[] = ['.CI/info', '.nvchecker.toml', '.CI/update.sh'];

/**
 * Reads `.ci/config`. Of each setting the file's value counts, else the environment's, else the default; unusable
 * values are reported (CIC003) and have their default, unknown names (CIC001) and lines (CIC002) are reported.
 * @param variable the environment
 * @param file name of the file for messages
 */
export function readRepositorySettings(
  text: string,
  variable: (name: string) => string | undefined,
  file: string,
): { readonly settings: RepositorySettings; readonly problems: readonly Problem[] } {
  const parsed = parseSettings(text);
  const known = new Set(Object.keys(repositoryDefaults));
  const values = new SettingValues(parsed, variable, file);
  const settings = settingsOf(values);
  return { settings, problems: [...values.problems, ...settingsTrouble(parsed, known, file)] };
}

function settingsOf(values: SettingValues): RepositorySettings {
  const aurUrl = values.text('CI_AUR_URL').replace(/\/+$/, '');
  return {
    buildRepo: values.text('BUILD_REPO'),
    repoName: values.text('REPO_NAME'),
    arch: values.text('CI_ARCH'),
    author: { name: values.text('GIT_AUTHOR_NAME'), email: values.text('GIT_AUTHOR_EMAIL') },
    redis: {
      sshHost: values.text('REDIS_SSH_HOST'),
      sshPort: values.number('REDIS_SSH_PORT', 1, 65_535),
      sshUser: values.text('REDIS_SSH_USER'),
      port: values.number('REDIS_PORT', 1, 65_535),
      sshHostKey: values.optional('REDIS_SSH_HOST_KEY'),
    },
    humanReview: values.flag('CI_HUMAN_REVIEW'),
    reviewAssignee: values.optional('CI_HUMAN_REVIEW_ASSIGNEE'),
    nvcheckerReview: values.flag('CI_NVCHECKER_REVIEW'),
    trustedSources: values.list('CI_TRUSTED_SOURCES'),
    managesAur: values.flag('CI_MANAGE_AUR'),
    overwriteCommits: values.flag('CI_OVERWRITE_COMMITS'),
    cloneDelayMs: values.seconds('CI_CLONE_DELAY'),
    retryDelayMs: values.seconds('CI_RETRY_DELAY'),
    hookTimeoutMs: values.seconds('CI_HOOK_TIMEOUT'),
    vcsIntervalMs: values.seconds('CI_VCS_INTERVAL') * 3_600,
    maxParallel: Math.max(1, values.number('CI_MAX_PARALLEL', -1_000_000, 1_000)),
    aurProxy: values.optional('CI_AUR_PROXY'),
    aurUrl,
    aurGitUrl: values.optional('CI_AUR_GIT_URL') ?? `${aurUrl}/{pkgbase}.git`,
    aurPushUrl: values.text('CI_AUR_PUSH_URL'),
    aurMode: values.choice('CI_AUR_MODE', ['auto', 'dump', 'rpc']),
    gitlabUrl: values.text('CI_GITLAB_URL').replace(/\/+$/, ''),
    tagPrefix: values.text('CI_TAG_PREFIX'),
    defaultClass: buildClassOf(values.optional('CI_DEFAULT_CLASS')),
    libraryDatabases: values.databases('CI_LIB_DB'),
    rebuildBlacklist: new Set(values.list('CI_REBUILD_BLACKLIST')),
    rebuildDryRun: values.flag('CI_REBUILD_DRY_RUN'),
    skipCode: values.number('CI_CODE_SKIP', 1, 255),
    ignoreList: ignoreListOf(values),
    template: {
      enabled: values.flag('TEMPLATE_ENABLE_UPDATES'),
      repo: values.text('TEMPLATE_REPO'),
      ref: values.text('TEMPLATE_REF'),
      pin: values.optional('TEMPLATE_PIN'),
      allowUnpinned: values.flag('TEMPLATE_ALLOW_UNPINNED'),
    },
  };
}

function ignoreListOf(values: SettingValues): readonly string[] {
  const list = values.list('CI_IGNORE_LIST');
  if (list.length !== 1) return list;
  if (list[0] === 'true') return harmlessFiles;
  return list[0] === 'false' ? [] : list;
}

/** Values by name with their precedence; keeps what could not be used. */
class SettingValues {
  readonly problems: Problem[] = [];
  readonly #parsed: SettingsFile;
  readonly #variable: (name: string) => string | undefined;
  readonly #file: string;

  constructor(parsed: SettingsFile, variable: (name: string) => string | undefined, file: string) {
    this.#parsed = parsed;
    this.#variable = variable;
    this.#file = file;
  }

  optional(key: RepositoryKey): string | undefined {
    // written and empty means the default: the way to take back what the environment says
    const written = this.#parsed.values.get(key) ?? this.#variable(key);
    return written || repositoryDefaults[key] || undefined;
  }

  text(key: RepositoryKey): string {
    return this.optional(key) ?? '';
  }

  /** True for the exact word only (specification 3.3). */
  flag(key: RepositoryKey): boolean {
    return this.optional(key) === 'true';
  }

  /** Values parted by blanks; those of names may be parted by colons or commas too. */
  list(key: RepositoryKey): readonly string[] {
    const separator = key === 'CI_LIB_DB' ? /\s+/ : /[\s,:]+/;
    return this.text(key)
      .split(separator)
      .filter((item) => item !== '');
  }

  /** Addresses over http or https, `file:` addresses and absolute paths; others are told and left out. */
  databases(key: RepositoryKey): readonly string[] {
    return this.list(key).filter((item) => {
      if (/^(?:(?:https?|file):\/\/|\/)./i.test(item)) return true;
      const wanted = "an address that begins with 'http', 'https' or 'file', nor an absolute path";
      this.#report(key, `'${item}' of '${key}' is neither ${wanted}; it is left out`);
      return false;
    });
  }

  number(key: RepositoryKey, least: number, most: number): number {
    const text = this.text(key);
    const value = /^-?[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    return Number(this.#refuse(key, text, 'a number'));
  }

  /** Seconds, whole or not, as milliseconds. */
  seconds(key: RepositoryKey): number {
    const text = this.text(key);
    if (/^[0-9]{1,7}(?:\.[0-9]{1,6})?$/.test(text)) return Math.round(Number(text) * 1_000);
    return Number(this.#refuse(key, text, 'a number of seconds')) * 1_000;
  }

  choice<Word extends string>(key: RepositoryKey, words: readonly Word[]): Word {
    const text = this.text(key);
    const found = words.find((word) => word === text);
    return found ?? (this.#refuse(key, text, words.join(' or ')) as Word);
  }

  #refuse(key: RepositoryKey, text: string, wanted: string): string {
    const fallback = repositoryDefaults[key];
    this.#report(key, `'${key}' is '${text}', not ${wanted}; '${fallback}' is used`);
    return fallback;
  }

  #report(key: RepositoryKey, what: string): void {
    const place = { file: this.#file, line: this.#parsed.lines.get(key) ?? 1 };
    this.problems.push(problem('CIC003', { what, place }));
  }
}
