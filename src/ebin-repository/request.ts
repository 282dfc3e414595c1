import { fault } from '../diagnostics/index.ts';
import { isAliasLength } from '../ebins/index.ts';
import { type PartRule, parsePackageId } from '../formats/gentoo/index.ts';
import type { GenerateOptions, GenerateRequest } from './contract.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isTextMap: Check = (value) => isRecord(value) && Object.values(value).every(isText);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);

/** Options of requests and of ebins.json with what they take (specification 10.7). */
const optionChecks: Readonly<Record<Exclude<keyof GenerateOptions, 'open' | 'rules'>, Check>> = {
  form: oneOf('tree', 'naive'),
  order: oneOf('iuse', 'best'),
  requiredUse: oneOf('tree', 'naive', 'cover', 'auto'),
  explicitRequiredUse: isBoolean,
  partialExtra: oneOf('ignore', 'require'),
  constant: oneOf('keep', 'drop'),
  defaults: oneOf('original', 'nearest'),
  pick: isText,
  mixed: oneOf('newest', 'reject', 'union'),
  archDimension: isBoolean,
  noarch: isBoolean,
  allowBindist: isBoolean,
  allowPrefix: isBoolean,
  subslot: oneOf('conditional', 'newest', 'reject'),
  keepBuildDeps: isBoolean,
  phases: oneOf('inline', 'bundle', 'reject', 'drop'),
  owners: oneOf('names', 'numeric'),
  uriStyle: oneOf('path', 'short', 'bare'),
  uriDigits: (value) => isCount(value) && isAliasLength(value as number),
  mirrorName: isText,
  useGentooMirrors: isBoolean,
  maxCombinations: isCount,
  maxEbuild: isCount,
  subpackageFlag: isBoolean,
  bump: isCount,
  extra: oneOf('flag', 'subpackage', 'auto'),
  partFlags: isTextMap,
  compress: oneOf('xz', 'zstd', 'gzip'),
  mtime: (value) => value === 'keep' || isCount(value),
  repoName: isText,
  masters: isTexts,
  mirrors: isTexts,
  packdebugDir: isText,
  sonameCheck: isBoolean,
  sourceRepo: isText,
  prune: isBoolean,
  strict: isBoolean,
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const refuse = (what: string): never => {
  throw fault('EBN083', { what });
};

function record(value: unknown, where: string, keys: readonly string[]): Record<string, unknown> {
  if (!isRecord(value)) return refuse(`${where} is no object`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  return unknown === undefined ? value : refuse(`${where} has the unknown key '${unknown}'`);
}

function readOptions(value: unknown, where: string): GenerateOptions {
  const checks: Readonly<Record<string, Check>> = optionChecks;
  const read = record(value ?? {}, where, Object.keys(checks));
  for (const [key, one] of Object.entries(read))
    if (checks[key]?.(one) !== true) refuse(`'${key}' of ${where} cannot be ${JSON.stringify(one)}`);
  return read as GenerateOptions;
}

function readRule(value: unknown, where: string): PartRule {
  const rule = record(value, where, ['class', 'globs', 'mode', 'flag', 'inverted']);
  const isRight =
    isText(rule['class']) &&
    isTexts(rule['globs']) &&
    oneOf('flag', 'subpackage', 'drop')(rule['mode']) &&
    (rule['flag'] === undefined || isText(rule['flag'])) &&
    (rule['inverted'] === undefined || isBoolean(rule['inverted']));
  return isRight ? (rule as unknown as PartRule) : refuse(`${where} is no rule`);
}

function readRules(value: unknown, where: string): readonly PartRule[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return refuse(`'rules' of ${where} is no list`);
  return value.map((one, index) => readRule(one, `rule ${index + 1} of ${where}`));
}

/** `ebins.json`, read. */
export interface EbinsSettings {
  readonly options: GenerateOptions;
  /** What a version has beyond that, from the packages that match it best. */
  readonly optionsFor: (cpv: string) => GenerateOptions;
}

const sectionOf = (value: Record<string, unknown>, where: string): GenerateOptions => {
  const rules = readRules(value['rules'], where);
  const options = readOptions(value['options'], `'options' of ${where}`);
  return rules ? { ...options, rules } : options;
};

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fault('EBN083', { what: `${where} is no JSON`, cause });
  }
}

/** Reads `ebins.json` (specification 10.7): packages override, `cpv` over `cat/pn` over `cat/*`. Throws EBN083. */
export function readSettings(text: string): EbinsSettings {
  const read = record(parsed(text, 'ebins.json'), 'ebins.json', ['rules', 'options', 'packages']);
  const packages = new Map<string, GenerateOptions>();
  const given = read['packages'] ?? {};
  if (!isRecord(given)) return refuse("'packages' of ebins.json is no object");
  for (const [atom, value] of Object.entries(given)) {
    const where = `package '${atom}'`;
    packages.set(atom, sectionOf(record(value, where, ['rules', 'options']), where));
  }
  const { rules: _, options: __, packages: ___, ...rest } = read;
  return {
    options: { ...sectionOf(read, 'ebins.json'), ...rest },
    optionsFor: (cpv) => {
      const id = parsePackageId(cpv);
      const atoms = id ? [`${id.category}/*`, `${id.category}/${id.name}`, cpv] : [cpv];
      return Object.assign({}, ...atoms.map((atom) => packages.get(atom) ?? {}));
    },
  };
}

/** Reads a request (specification 10.7): keys that are not known are refused. Throws EBN083. */
export function readRequest(text: string): GenerateRequest {
  const keys = ['pkgdirs', 'atoms', 'repo', 'store', 'options'];
  const read = record(parsed(text, 'the request'), 'the request', keys);
  const { pkgdirs, atoms = [], repo, store } = read;
  if (!isTexts(pkgdirs) || (pkgdirs as readonly string[]).length === 0)
    return refuse("'pkgdirs' of the request is no list of folders");
  if (!isTexts(atoms)) return refuse("'atoms' of the request is no list of names");
  if (!isText(repo) || !isText(store)) return refuse("the request lacks 'repo' or 'store'");
  return {
    pkgdirs: pkgdirs as readonly string[],
    atoms: atoms as readonly string[],
    repo: repo as string,
    store: store as string,
    options: readOptions(read['options'], "'options' of the request"),
  };
}
