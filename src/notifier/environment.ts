import { type Problem, problem } from '../diagnostics/index.ts';
import { webAddress } from './links.ts';
import type { NotifierConfig, SourceNotifiers, TelegramConfig } from './notifier-config.ts';

export interface EnvironmentNotifiers {
  /** What the variables ask for; empty when they ask for nothing or cannot be read. */
  readonly config: Pick<NotifierConfig, 'logsUrl' | 'sources' | 'telegram'>;
  /** Why something is off. Never an error: notifiers do not keep a manager from starting. */
  readonly problems: readonly Problem[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * LOGS_URL, PACKAGE_REPOS_NOTIFIERS, TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID and TELEGRAM_API_ROOT (specification
 * 13.3). The GitLab of a source is the server of its git address, unless its entry has a `base_url`.
 */
export function parseNotifiersEnvironment(
  env: Environment,
  sourceUrls: Readonly<Record<string, string>>,
): EnvironmentNotifiers {
  const problems: Problem[] = [];
  const logsUrl = readLogsUrl(env, problems);
  const sources = readSources(env, sourceUrls, problems);
  const telegram = readTelegram(env, problems);
  return {
    config: {
      ...(logsUrl ? { logsUrl } : {}),
      ...(sources ? { sources } : {}),
      ...(telegram ? { telegram } : {}),
    },
    problems,
  };
}

const isWebAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '');

function readLogsUrl(env: Environment, problems: Problem[]): string | undefined {
  const value = env.LOGS_URL?.trim();
  if (!value) return undefined;
  if (isWebAddress(value)) return value;
  problems.push(problem('NTF001', { what: `'LOGS_URL' is no address that begins with http:// or https://` }));
  return undefined;
}

function readSources(
  env: Environment,
  sourceUrls: Readonly<Record<string, string>>,
  problems: Problem[],
): Readonly<Record<string, SourceNotifiers>> | undefined {
  const text = env.PACKAGE_REPOS_NOTIFIERS?.trim();
  if (!text) return undefined;
  const entries = parseObject(text);
  if (!entries) {
    // Without the text itself: it holds tokens.
    problems.push(problem('NTF001', { what: "'PACKAGE_REPOS_NOTIFIERS' is not a JSON object" }));
    return undefined;
  }
  const found = Object.entries(entries).flatMap(([id, entry]): [string, SourceNotifiers][] => {
    const notifiers = readSource(id, entry, Object.hasOwn(sourceUrls, id) ? sourceUrls[id] : undefined);
    if ('sources' in notifiers) return [[id, notifiers.sources]];
    problems.push(notifiers.problem);
    return [];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function readSource(
  id: string,
  entry: unknown,
  sourceUrl: string | undefined,
): { readonly sources: SourceNotifiers } | { readonly problem: Problem } {
  const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'number' ? String(value) : typeof value === 'string' && value ? value : undefined;
  };
  const [projectId, token, checkName] = [text('id'), text('token'), text('check_name')];
  if (!projectId || !token || !checkName) {
    const what = `'PACKAGE_REPOS_NOTIFIERS' has no complete entry for '${id}': it needs id, token and check_name`;
    return { problem: problem('NTF001', { what }) };
  }
  const address = sourceUrl === undefined ? undefined : webAddress(sourceUrl);
  const baseUrl = text('base_url') ?? (address && new URL(address).origin);
  if (!baseUrl || !isWebAddress(baseUrl)) {
    const what = `the GitLab of source '${id}' is not known: neither 'base_url' nor the source's address names it`;
    return { problem: problem('NTF004', { what }) };
  }
  return { sources: { gitlab: { baseUrl, projectId, token, checkName } } };
}

function readTelegram(env: Environment, problems: Problem[]): TelegramConfig | undefined {
  const [token, chatId, apiRoot] = ['BOT_TOKEN', 'CHAT_ID', 'API_ROOT'].map(
    (name) => env[`TELEGRAM_${name}`]?.trim() || undefined,
  );
  if (!token && !chatId) return undefined;
  if (!token || !chatId) {
    const missing = token ? 'TELEGRAM_CHAT_ID' : 'TELEGRAM_BOT_TOKEN';
    problems.push(problem('NTF001', { what: `'${missing}' is not set, so nothing is sent to Telegram` }));
    return undefined;
  }
  if (apiRoot && !isWebAddress(apiRoot)) {
    const what = "'TELEGRAM_API_ROOT' is no web address, so nothing is sent to Telegram";
    problems.push(problem('NTF004', { what }));
    return undefined;
  }
  return { token, chatId, ...(apiRoot ? { apiRoot } : {}) };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
