import { parse } from 'yaml';
import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { entryFacts, textIfThere } from '../../host/index.ts';

/** What shows who we are to one host. */
export interface HostCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** Also for downloads of files. */
  readonly forFiles?: boolean | undefined;
}

/**
 * Reads a file of credentials by host name (`authentication:`, specification of autogens, 1.12 and 5.4); none when there
 * is no file. One that others may read is told of (FPL008). Throws FPL019, without any value.
 */
export function loadCredentials(
  path: string,
  onProblem: (problem: Problem) => void,
): Readonly<Record<string, HostCredentials>> {
  const text = textIfThere(path);
  if (text === undefined) return {};
  if (((entryFacts(path)?.mode ?? 0) & 0o077) !== 0) {
    onProblem(problem('FPL008', { what: `'${path}' can be read by others` }));
  }
  const table = field(readYaml(text, path), 'authentication') ?? {};
  if (!isMapping(table)) throw wrong(path, "'authentication' is no mapping");
  return Object.fromEntries(Object.entries(table).map(([host, one]) => [host, readHost(host, one, path)]));
}

const wrong = (path: string, words: string): Error =>
  fault('FPL019', { what: `the credentials in '${path}' cannot be understood: ${words}` });

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const field = (value: unknown, name: string): unknown => (isMapping(value) ? value[name] : undefined);

function readYaml(text: string, path: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // the parser quotes the lines around a mistake, secrets and all
    throw wrong(path, 'it is no YAML');
  }
}

function readHost(host: string, value: unknown, path: string): HostCredentials {
  const text = (name: string): string | undefined => {
    const one = field(value, name);
    if (one === undefined || typeof one === 'string') return one;
    if (typeof one === 'number') return String(one);
    throw wrong(path, `'${name}' of '${host}' is no text`);
  };
  const [username, password, token] = ['username', 'password', 'token'].map(text);
  if (token === undefined && (username === undefined || password === undefined)) {
    throw wrong(path, `'${host}' has neither a token nor a name and a password`);
  }
  return { username, password, token, forFiles: field(value, 'files') === true };
}
