import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type Build,
  type GeneratedIndex,
  generateIndex,
  type IndexedObject,
  type IndexOptions,
  type PartClass,
  selectBuilds,
  type TableRow,
} from '../../src/ebin-index/index.ts';

/** An object whose content is a word, for tests. */
export function objectFor(word: string, part = 'main', pf = 'demo-1.0'): IndexedObject {
  const digest = (algorithm: string): string => createHash(algorithm).update(word).digest('hex');
  const sha512 = digest('sha512');
  return {
    canonical: sha512,
    sha512,
    blake2b: digest('blake2b512'),
    size: word.length + 1,
    name: `${pf}-${part}-${sha512.slice(0, 16)}.tar.xz`,
  };
}

/** A row that has for each class the object of a word. */
export function rowFor(use: readonly string[], words: Readonly<Record<string, string>>): TableRow {
  const parts = Object.fromEntries(
    Object.entries(words).map(([part, word]) => [part, objectFor(`${part} ${word}`, part)]),
  );
  return { use, build: `demo-1.0-${use.join('-')}`, parts };
}

/** A build of the sample, with a word for the content of each of its parts. */
export interface SampleBuild extends Build {
  readonly words: Readonly<Record<string, string>>;
}

interface StoredBuild extends Omit<Build, 'environment'> {
  readonly declarations: string;
  readonly functions: number;
  readonly parts: Readonly<Record<string, string>>;
}

const file = new URL('../../testdata/ebin-index/sample-builds.json', import.meta.url);

/** Builds that Portage made, of one version. */
export function sampleBuilds(cpv: string): SampleBuild[] {
  const stored = JSON.parse(readFileSync(file, 'utf8')) as { functions: string[]; builds: StoredBuild[] };
  return stored.builds
    .filter((build) => build.cpv === cpv)
    .map(({ declarations, functions, parts, ...build }) => ({
      ...build,
      environment: declarations + stored.functions[functions],
      words: parts,
    }));
}

export const bothParts = (mode: PartClass['mode'] = 'flag'): PartClass[] =>
  ['splitdebug', 'installsources'].map((name) => ({ name, mode, flag: name }));

/** The ebin of some builds. */
export function indexOf(
  builds: readonly SampleBuild[],
  options: IndexOptions = {},
  classes: readonly PartClass[] = bothParts(),
): GeneratedIndex {
  const parts = builds.map(({ path, cpv, words }): [string, Record<string, IndexedObject>] => {
    const pf = cpv.slice(cpv.indexOf('/') + 1);
    const objects = Object.entries(words).map(([part, word]) => [
      part,
      objectFor(`${part} ${word}`, part, pf),
    ]);
    return [path, Object.fromEntries(objects)];
  });
  const selection = selectBuilds(builds, options);
  return generateIndex({ selection, parts: new Map(parts), classes, options });
}

/** The value of a variable in the md5-cache of an ebuild. */
export function cached(ebuild: { readonly cache: string } | undefined, name: string): string {
  const line = ebuild?.cache.split('\n').find((one) => one.startsWith(`${name}=`));
  return line?.slice(name.length + 1) ?? '';
}
