import { fault } from '../diagnostics/index.ts';
import type { BuildIdentity, SourceChoice } from './contract.ts';
import { type ControlReader, checkedValue, controlValue } from './control.ts';
import type { Elements } from './elements.ts';

/** How the control folder says that a subarch is built (9.2). */
export interface Strategy {
  readonly build: 'local' | 'remote';
  readonly seed: 'stage3' | 'stage1';
  readonly remote: Omit<BuildIdentity, 'version'> | undefined;
}

export const subarchFolder = (mirror: string, of: Omit<BuildIdentity, 'version'>): string =>
  `${mirror}/${of.build}/${of.archDesc}/${of.subarch}`;

const remoteFiles = {
  build: 'remote/build',
  archDesc: 'remote/arch_desc',
  subarch: 'remote/subarch',
} as const;

function oneOf<Word extends string>(value: string | undefined, where: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  const what = value === undefined ? `'${where}' is missing` : `'${where}' holds '${value}'`;
  const next = `Write ${words.map((word) => `'${word}'`).join(' or ')} into it.`;
  throw fault('MST002', { what, next });
}

/**
 * What the control folder says, or elements of the same names, which count first. Throws MST002 for a value that is missing or
 * none that exists, MST003 for one that is no plain word.
 */
export function readStrategy(elements: Elements, read: ControlReader, folder: string): Strategy {
  const value = (name: string): string | undefined => {
    const text = elements.text(name);
    return text === undefined ? controlValue(read, folder, name) : checkedValue(text, name);
  };
  if (value('strategy/build') === undefined && value('strategy/seed') === undefined) {
    throw fault('MST002', {
      what: `nothing says how '${folder}' is built: 'strategy/build' and 'strategy/seed' are missing`,
      next: "Make both files there: 'strategy/build' with 'local' or 'remote', 'strategy/seed' with 'stage3' or 'stage1'.",
    });
  }
  const build = oneOf(value('strategy/build'), `${folder}/strategy/build`, ['local', 'remote']);
  const seed = oneOf(value('strategy/seed'), `${folder}/strategy/seed`, ['stage3', 'stage1']);
  if (build === 'local') return { build, seed, remote: undefined };
  const remote = {
    build: value(remoteFiles.build),
    archDesc: value(remoteFiles.archDesc),
    subarch: value(remoteFiles.subarch),
  };
  const missing = (Object.keys(remoteFiles) as (keyof typeof remoteFiles)[]).filter(
    (key) => remote[key] === undefined,
  );
  if (missing.length > 0) {
    const names = missing.map((key) => `'${folder}/${remoteFiles[key]}'`).join(', ');
    throw fault('MST002', { what: `${names} ${missing.length === 1 ? 'is' : 'are'} missing` });
  }
  return { build, seed, remote: remote as Omit<BuildIdentity, 'version'> };
}

/** What kind of archive a target begins with (9.2). */
export function sourceType(target: string): string {
  switch (target) {
    case 'stage2':
      return 'stage1';
    case 'stage3':
      return 'stage2';
    default:
      return 'stage3';
  }
}

const fromSeed = new Set(['stage1', 'stage3-freshen', 'stage3-test']);

interface SourceRequest {
  readonly target: string;
  readonly identity: BuildIdentity;
  readonly mirror: string;
  readonly strategy: Strategy;
  readonly read: ControlReader;
}

/** The archive that a target begins with, found through control files alone (9.2). Throws MST002, MST003. */
export function chooseSource(request: SourceRequest): SourceChoice {
  const { target, identity, mirror, strategy } = request;
  const type = sourceType(target);
  const isRemote =
    strategy.remote !== undefined &&
    (fromSeed.has(target) || (target === 'stage2' && strategy.seed === 'stage1'));
  const place = isRemote && strategy.remote ? strategy.remote : identity;
  const isOwnVersion = target === 'stage3' || (target === 'stage2' && !isRemote);
  const folder = subarchFolder(mirror, place);
  const version = isOwnVersion ? identity.version : newest(request.read, `${folder}/.control`, type);
  const why = isOwnVersion
    ? `the ${type} of this version`
    : `the newest ${type} of ${isRemote ? `'${place.subarch}' (remote)` : 'this subarch'}, by its control file`;
  return {
    type,
    identity: { ...place, version },
    folder: `${folder}/${version}`,
    name: `${type}-${place.subarch}-${place.build}-${version}`,
    why,
  };
}

function newest(read: ControlReader, control: string, type: string): string {
  const version = controlValue(read, control, `version/${type}`);
  if (version !== undefined) return version;
  const what = `'${control}/version/${type}' is missing`;
  const why = `The target begins with a ${type}, and this file says which one is the newest.`;
  const next = `Import a ${type} as seed, or write the version of one that is in the mirror into the file.`;
  throw fault('MST002', { what, why, next });
}
