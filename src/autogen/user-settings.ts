import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import type { Credentials } from '../fastpull/index.ts';
import { readYaml } from '../formats/yaml/index.ts';
import { entryFacts, textIfThere } from '../host/index.ts';
import { isMapping } from './merge-settings.ts';
import { yamlValue } from './yaml-value.ts';

/** What `~/.autogen` says (specification 1.12, 5.4). */
export interface UserSettings {
  /** By exact host name. */
  readonly credentials: Readonly<Record<string, Credentials>>;
  /** Addresses of registries and forges. */
  readonly upstreams: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** Reads the file of a user; without one nothing is set. Throws AGN028 with the setting that is wrong, and no value. */
export function readUserSettings(file: string): UserSettings {
  const text = textIfThere(file);
  if (text === undefined) return { credentials: {}, upstreams: {}, problems: [] };
  const value = readValue(text, file) ?? {};
  if (!isMapping(value)) throw wrong(file, 'the file is no mapping');
  const mode = entryFacts(file)?.mode ?? 0;
  const credentials = readCredentials(file, value['authentication'] ?? {});
  const isOpen = (mode & 0o044) !== 0 && Object.keys(credentials).length > 0;
  const shown = mode.toString(8).padStart(4, '0');
  return {
    credentials,
    upstreams: readTexts(file, value['upstreams'] ?? {}),
    problems: isOpen ? [problem('AGN027', { what: `'${file}' has mode ${shown}`, place: { file } })] : [],
  };
}

function readValue(text: string, file: string): unknown {
  try {
    return yamlValue(readYaml(text, file));
  } catch (error) {
    if (!isFault(error, 'YML001', 'AGN003')) throw error;
    // what is said of a mistake can quote a password: the place has to do
    throw fault('AGN028', { what: `'${file}' is not YAML`, place: error.problem.place });
  }
}

function readCredentials(file: string, value: unknown): Readonly<Record<string, Credentials>> {
  if (!isMapping(value)) throw wrong(file, "'authentication' is no mapping of hosts");
  return Object.fromEntries(
    Object.entries(value).map(([host, given]): [string, Credentials] => {
      if (!isMapping(given)) throw wrong(file, `'authentication.${host}' is no mapping`);
      const text = (name: string): string | undefined => {
        const found = given[name];
        if (found === undefined || found === null) return undefined;
        if (typeof found === 'object') throw wrong(file, `'authentication.${host}.${name}' is no text`);
        return String(found);
      };
      const token = text('token');
      const username = text('username');
      const password = text('password');
      if (token === undefined && (username === undefined || password === undefined)) {
        throw wrong(file, `'authentication.${host}' has neither a token nor a username and a password`);
      }
      return [host, { token, username, password, forFiles: given['files'] === true }];
    }),
  );
}

function readTexts(file: string, value: unknown): Readonly<Record<string, string>> {
  if (!isMapping(value)) throw wrong(file, "'upstreams' is no mapping of names to addresses");
  return Object.fromEntries(
    Object.entries(value).map(([name, address]) => {
      if (typeof address !== 'string') throw wrong(file, `'upstreams.${name}' is no text`);
      return [name, address];
    }),
  );
}

const wrong = (file: string, what: string) => fault('AGN028', { what, place: { file } });
