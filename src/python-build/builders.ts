import { dirname } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import { ensureFolder, pathKind, replaceFile } from '../host/index.ts';
import { nearestWords } from '../primitives/index.ts';
import { BuilderWork } from './builder-work.ts';
import { corpusBuilders } from './corpus-builders.ts';
import { docsBuilder, indexBuilder, packageBuilders, toplevelBuilder } from './graph-builders.ts';
import { type BuilderOrder, type ResourceBuilder, runBuilder } from './resource-builder.ts';
import { returnBuilders } from './return-builders.ts';
import { stubBuilders } from './stub-builders.ts';

/** Made of the whole: of all graphs, of the index, of stubs and corpora. Another builder is one more line. */
export const wholeBuilders: readonly ResourceBuilder[] = [
  indexBuilder,
  ...corpusBuilders,
  docsBuilder,
  ...stubBuilders,
  ...returnBuilders,
  toplevelBuilder,
];

export const allBuilders: readonly ResourceBuilder[] = [...packageBuilders, ...wholeBuilders];

/** The builder of a name. Throws MPY409. */
export function builderOf(name: string): ResourceBuilder {
  const found = allBuilders.find((one) => one.name === name);
  if (found !== undefined) return found;
  const near = nearestWords(
    name,
    allBuilders.map((one) => one.name),
  );
  throw fault('MPY409', {
    what: `there is no builder '${name}'`,
    next: near === undefined ? undefined : `Perhaps ${near} is meant; packmill py builder list tells all.`,
  });
}

/** Runs one builder, writes its file in one step, and says where. Throws MPY409, MPY410, MPY413 and what the builder throws; nothing is written then. */
export async function runAlone(order: BuilderOrder): Promise<string> {
  const { name, files, corpus, output, data, say, signal } = order;
  const builder = builderOf(name);
  for (const file of [...Object.values(files).flat(), ...(corpus === undefined ? [] : [corpus])])
    if (pathKind(file) === 'none') throw fault('MPY413', { what: `there is no '${file}'` });
  const path = output ?? `${order.folder}/${builder.output}`;
  const made = await runBuilder(
    builder,
    new BuilderWork({ files, corpus, say, signal }),
    data ?? `${dirname(path)}/data`,
  );
  ensureFolder(dirname(path));
  replaceFile(path, made);
  return path;
}

/** Manifests in the order in which `manifest.json` lays them over the base; what is not there adds nothing. */
export const manifestOrder = [
  'symgraphs',
  'stubgraphs',
  'symtypes',
  'argspecs',
  'typeshed',
  'docs',
  'kwargs',
  'returntypes',
  'symbolcounts',
  'sigpatterns',
] as const;
