import { fault } from '../diagnostics/index.ts';
import { entryFacts, kindsIn, linkDestination, namesIn, textIfThere } from '../host/index.ts';
import {
  compareVersions,
  controlNames,
  failureCount,
  isControlValue,
  lockHolder,
  statedDigest,
} from '../stages/index.ts';
import { artifactSuffix, artifactType } from './artifact-names.ts';
import type { Artifact, Mirror, MirrorSnapshot, MirrorSubarch, MirrorVersion } from './contract.ts';
import { latestLinks } from './latest.ts';

const foldersIn = (path: string): readonly string[] =>
  kindsIn(path)
    .filter(({ name, kind }) => kind === 'folder' && isControlValue(name) && !name.startsWith('.'))
    .map(({ name }) => name)
    .sort();

function readControl(folder: string): ReadonlyMap<string, string> {
  const derived = namesIn(`${folder}/version/stage4`).map((name) => `version/stage4/${name}`);
  const found = [...controlNames, ...derived.sort()].flatMap((name): [string, string][] => {
    const value = textIfThere(`${folder}/${name}`)?.trim();
    return value !== undefined && isControlValue(value) ? [[name, value]] : [];
  });
  return new Map(found);
}

async function busyWith(folder: string): Promise<string | undefined> {
  const locks = namesIn(folder).filter((name) => name.startsWith('.') && name.endsWith('_progress'));
  for (const name of locks) {
    const holder = await lockHolder(`${folder}/${name}`);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

function readArtifact(
  folder: string,
  name: string,
  identity: MirrorSubarch['identity'],
): Artifact | undefined {
  const path = `${folder}/${name}`;
  const facts = artifactSuffix(name) === undefined ? undefined : entryFacts(path);
  if (facts?.kind !== 'file') return undefined;
  const version = folder.slice(folder.lastIndexOf('/') + 1);
  return {
    ...{ name, path, type: artifactType(name, { ...identity, version }) },
    sizeBytes: facts.sizeBytes,
    stated: statedDigest(textIfThere(`${path}.hash.txt`)),
    isSigned: entryFacts(`${path}.gpg`) !== undefined,
  };
}

function readVersion(path: string, identity: MirrorSubarch['identity']): MirrorVersion {
  const names = namesIn(path);
  const artifacts = [...names].sort().flatMap((name) => readArtifact(path, name, identity) ?? []);
  const status = textIfThere(`${path}/status`)?.trim();
  const times = [path, ...artifacts.map((one) => one.path)].map((one) => entryFacts(one)?.modifiedMs ?? 0);
  const has = (type: string): boolean => artifacts.some((one) => one.type === type);
  return {
    ...{ version: path.slice(path.lastIndexOf('/') + 1), path, status, artifacts },
    isComplete: status === 'ok' || has('stage3'),
    isFull: has('stage1'),
    modifiedMs: Math.max(...times),
  };
}

/** Facts of one subarch; undefined when the folder is none: it has neither a control folder nor results. */
async function readSubarch(
  path: string,
  identity: MirrorSubarch['identity'],
): Promise<MirrorSubarch | undefined> {
  const control = `${path}/.control`;
  const versions = foldersIn(path).map((name) => readVersion(`${path}/${name}`, identity));
  const isOne = entryFacts(control) !== undefined || versions.some(({ artifacts }) => artifacts.length > 0);
  if (!isOne) return undefined;
  return {
    ...{
      identity,
      path,
      control: readControl(control),
      failures: failureCount(textIfThere(`${control}/.failcount`)),
    },
    busy: await busyWith(control),
    versions: versions.sort((a, b) => compareVersions(a.version, b.version)),
    latest: latestLinks(path),
  };
}

function readSnapshots(root: string, build: string): readonly MirrorSnapshot[] {
  const folder = `${root}/${build}/snapshots`;
  const newest = linkDestination(`${folder}/portage-latest.tar.xz`);
  const names = namesIn(folder).filter((name) => !name.startsWith('.') && artifactSuffix(name) !== undefined);
  return names.sort(compareVersions).flatMap((name): MirrorSnapshot[] => {
    const path = `${folder}/${name}`;
    const facts = entryFacts(path);
    if (facts?.kind !== 'file') return [];
    return [{ build, name, path, sizeBytes: facts.sizeBytes, isLatest: newest === name }];
  });
}

/** What a mirror holds (9.7); folders that are none of the layout are not looked at. Throws SMI001 when there is none. */
export async function readMirror(root: string): Promise<Mirror> {
  if (entryFacts(root) === undefined) throw fault('SMI001', { what: `there is no mirror '${root}'` });
  const builds = foldersIn(root);
  const subarches: MirrorSubarch[] = [];
  for (const build of builds) {
    for (const archDesc of foldersIn(`${root}/${build}`)) {
      for (const subarch of foldersIn(`${root}/${build}/${archDesc}`)) {
        const path = `${root}/${build}/${archDesc}/${subarch}`;
        const found = await readSubarch(path, { build, archDesc, subarch });
        if (found) subarches.push(found);
      }
    }
  }
  return { root, subarches, snapshots: builds.flatMap((build) => readSnapshots(root, build)) };
}
