import { dirname, relative } from 'node:path';
import { digestBytes, entryFacts, type TreeFile } from '../../host/index.ts';
import { compareText, type Digest } from '../../primitives/index.ts';
import type { TreePackage } from '../../publisher/ebuild-tree/index.ts';
import { archiveName, packFiles } from '../../recipes/autogen/index.ts';
import type { StagePlace } from '../../recipes/stage/index.ts';
import { artifactSuffix, infoOfText, type MirrorSubarch, printIndex } from '../../stage-mirror/index.ts';
import { compareVersions } from '../../stages/index.ts';
import type { Farm } from '../farm.ts';
import {
  type MirrorEntry,
  mirrorPart,
  newestByLink,
  placeOf,
  placeText,
  resultsOf,
} from './mirror-entries.ts';
import { parsePlace, placeOfBuild } from './read-control.ts';

/**
 * What of a mirror belongs to no result alone: links to the newest ones, control files, `status` of versions, and `index.xml` (9.2, 9.7).
 * The same for the same entries. Throws STO problems.
 */
export async function mirrorPackage(
  farm: Pick<Farm, 'store' | 'config'>,
  target: string,
  entries: readonly MirrorEntry[],
): Promise<TreePackage> {
  const texts = new Map<string, string>();
  for (const { path, value } of [...strategies(farm, target, entries), ...controlFiles(entries)])
    texts.set(path, `${value}\n`);
  for (const { about } of entries)
    if (about.type === 'stage3' && about.kind === 'result')
      texts.set(`${dirname(about.path)}/status`, 'ok\n');
  texts.set('index.xml', await indexOf(farm, entries));
  const files = [...texts]
    .sort(([a], [b]) => compareText(a, b))
    .map(([path, text]): [string, TreeFile] => [path, { bytes: Buffer.from(text), mode: '100644' }]);
  const bytes = packFiles(new Map(files));
  const { digest: object } = await farm.store.putBytes(bytes);
  const fileName = archiveName(mirrorPart, digestBytes(bytes));
  return {
    name: mirrorPart,
    version: '0',
    fileName,
    object,
    links: Object.fromEntries(latestLinks(entries)),
  };
}

/** Links to the newest results with their checksums and signatures; of openvz one more in a folder of its own. */
function latestLinks(entries: readonly MirrorEntry[]): readonly [string, string][] {
  const links = [...newestByLink(entries)].flatMap(([link, { about }]): [string, string][] => [
    ...['', '.hash.txt', '.gpg'].map((suffix): [string, string] => [
      `${link}${suffix}`,
      relative(dirname(link), `${about.path}${suffix}`),
    ]),
    ...auxiliary(link, about),
  ]);
  return links.sort(([a], [b]) => compareText(a, b));
}

function auxiliary(link: string, about: MirrorEntry['about']): readonly [string, string][] {
  const place = placeOf(about);
  if (about.target !== 'openvz' || !place) return [];
  const { build, archDesc, subarch } = place;
  const folder = `${build}/openvz/${archDesc}`;
  const name = `openvz-${subarch}-${build}-latest${artifactSuffix(link) ?? ''}`;
  return [[`${folder}/${name}`, relative(folder, link)]];
}

/** How subarches are built, by the settings: those that began with another one's stage begin with their own once there is one. */
function strategies(
  { config }: Pick<Farm, 'config'>,
  target: string,
  entries: readonly MirrorEntry[],
): readonly { readonly path: string; readonly value: string }[] {
  const sources = Object.values(config['recipe-sources']).filter((one) => one.target === target);
  return sources
    .flatMap(({ stages }) => stages?.builds ?? [])
    .flatMap((build) => {
      const place = placeOfBuild(build);
      const isLocal = build.remote === undefined || resultsOf(entries, place, 'stage3').length > 0;
      const remote = build.remote === undefined ? undefined : parsePlace(build.remote);
      const values = {
        'strategy/build': isLocal ? 'local' : 'remote',
        'strategy/seed': build.begin,
        ...(remote && {
          'remote/build': remote.build,
          'remote/arch_desc': remote.archDesc,
          'remote/subarch': remote.subarch,
        }),
      };
      return Object.entries(values).map(([name, value]) => ({
        path: `${placeText(place)}/.control/${name}`,
        value,
      }));
    });
}

/** Control files that successes wrote: of versions the newest, of everything else what the newest version says. */
function controlFiles(
  entries: readonly MirrorEntry[],
): readonly { readonly path: string; readonly value: string }[] {
  const values = new Map<string, string>();
  for (const { about } of [...entries].sort((a, b) => compareVersions(a.version, b.version))) {
    const place = placeOf(about);
    if (!place) continue;
    for (const { name, value } of about.control) values.set(`${placeText(place)}/.control/${name}`, value);
  }
  return [...values].map(([path, value]) => ({ path, value }));
}

async function indexOf(farm: Pick<Farm, 'store'>, entries: readonly MirrorEntry[]): Promise<string> {
  const infos = new Map<string, readonly (readonly [string, string])[]>();
  const places = new Map<string, { readonly place: StagePlace; readonly own: MirrorEntry[] }>();
  for (const entry of entries) {
    const place = placeOf(entry.about);
    if (!place) continue;
    const known = places.get(placeText(place)) ?? { place, own: [] };
    places.set(placeText(place), known);
    known.own.push(entry);
    const info = entry.about.extras.find(({ name }) => name === 'build-info.json');
    if (info) infos.set(`/${dirname(entry.about.path)}`, await readInfo(farm, info.digest));
  }
  const subarches = await Promise.all(
    [...places.entries()]
      .sort(([a], [b]) => compareText(a, b))
      .map(([path, { place, own }]) => subarchOf(farm, path, { place, own })),
  );
  return printIndex({ root: '', subarches, snapshots: [] }, (folder) => infos.get(folder) ?? []);
}

const readInfo = async (farm: Pick<Farm, 'store'>, digest: Digest) =>
  infoOfText(Buffer.from(await farm.store.readBytes(digest)).toString('utf8'));

async function subarchOf(
  farm: Pick<Farm, 'store'>,
  path: string,
  { place, own }: { readonly place: StagePlace; readonly own: readonly MirrorEntry[] },
): Promise<MirrorSubarch> {
  const versions = new Map<string, MirrorEntry[]>();
  for (const one of own) versions.set(one.version, [...(versions.get(one.version) ?? []), one]);
  const sorted = [...versions].sort(([a], [b]) => compareVersions(a, b));
  return {
    ...{
      identity: place,
      path: `/${path}`,
      control: new Map<string, string>(),
      failures: 0,
      busy: undefined,
    },
    latest: new Map(),
    versions: await Promise.all(
      sorted.map(async ([version, results]) => ({
        ...{ version, path: `/${path}/${version}`, status: undefined, modifiedMs: 0 },
        isComplete: results.some(({ about }) => about.type === 'stage3'),
        isFull: results.some(({ about }) => about.type === 'stage1'),
        artifacts: await Promise.all(results.map((one) => artifactOf(farm, one))),
      })),
    ),
  };
}

async function artifactOf(farm: Pick<Farm, 'store'>, { about, fileName, placed = [] }: MirrorEntry) {
  const [file] = placed;
  const sizeBytes = file ? (entryFacts(await farm.store.path(file.object))?.sizeBytes ?? 0) : 0;
  return {
    ...{ name: fileName, type: about.type, path: `/${about.path}`, sizeBytes },
    ...{ stated: file?.object, isSigned: true },
  };
}
