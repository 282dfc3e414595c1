import { parseDocument } from 'yaml';
import { fault, type Place, type Problem, problem } from '../../diagnostics/index.ts';
import { entryFacts, textIfThere } from '../../host/index.ts';

/** What shows who we are to one host. */
export interface HostCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** Also for downloads of files. */
  readonly forFiles?: boolean | undefined;
}

/** What `~/.autogen` says (specification of autogens, 1.12 and 5.4). */
export interface UserSettings {
  /** By exact host name. */
  readonly credentials: Readonly<Record<string, HostCredentials>>;
  /** Addresses of registries and forges. */
  readonly upstreams: Readonly<Record<string, string>>;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads the settings of a user; without the file nothing is set. One with secrets that others may read is told of (CFG009).
 * Throws CFG010 with the setting that is wrong, and no value.
 */
export function readUserSettings(path: string, onProblem: (problem: Problem) => void): UserSettings {
  const text = textIfThere(path);
  if (text === undefined) return { credentials: {}, upstreams: {} };
  const value = readYaml(text, path) ?? {};
  if (!isMapping(value)) throw wrong({ file: path }, 'the file is no mapping');
  const credentials = readCredentials(value['authentication'] ?? {}, path);
  const mode = entryFacts(path)?.mode ?? 0;
  if ((mode & 0o077) !== 0 && Object.keys(credentials).length > 0) {
    const shown = mode.toString(8).padStart(4, '0');
    onProblem(problem('CFG009', { what: `'${path}' has mode ${shown}`, place: { file: path } }));
  }
  return { credentials, upstreams: readUpstreams(value['upstreams'] ?? {}, path) };
}

const wrong = (place: Place, words: string): Error =>
  fault('CFG010', { what: `the settings in '${place.file}' cannot be understood: ${words}`, place });

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the parser says of a mistake quotes the lines around it, secrets and all: the place has to do. */
function readYaml(text: string, file: string): unknown {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
  const at = document.errors[0]?.linePos?.[0];
  if (document.errors.length > 0) throw wrong({ file, ...(at ? { line: at.line } : {}) }, 'it is no YAML');
  try {
    return document.toJS() as unknown;
  } catch {
    // an alias without its anchor is found only here
    throw wrong({ file }, 'it is no YAML');
  }
}

function readCredentials(table: unknown, file: string): Readonly<Record<string, HostCredentials>> {
  if (!isMapping(table)) throw wrong({ file }, "'authentication' is no mapping of hosts");
  return Object.fromEntries(Object.entries(table).map(([host, one]) => [host, readHost(host, one, file)]));
}

function readHost(host: string, value: unknown, file: string): HostCredentials {
  if (!isMapping(value)) throw wrong({ file }, `'authentication.${host}' is no mapping`);
  const text = (name: string): string | undefined => {
    const one = value[name];
    if (one === undefined || one === null) return undefined;
    if (typeof one === 'object') throw wrong({ file }, `'authentication.${host}.${name}' is no text`);
    return String(one);
  };
  const [username, password, token] = ['username', 'password', 'token'].map(text);
  if (token === undefined && (username === undefined || password === undefined))
    throw wrong({ file }, `'authentication.${host}' has neither a token nor a username and a password`);
  return { username, password, token, forFiles: value['files'] === true };
}

function readUpstreams(table: unknown, file: string): Readonly<Record<string, string>> {
  if (!isMapping(table)) throw wrong({ file }, "'upstreams' is no mapping of names to addresses");
  return Object.fromEntries(
    Object.entries(table).map(([name, address]) => {
      if (typeof address !== 'string') throw wrong({ file }, `'upstreams.${name}' is no text`);
      return [name, address];
    }),
  );
}
