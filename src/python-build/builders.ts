import { fault } from '../diagnostics/index.ts';
import { nearestWords } from '../primitives/index.ts';
import { corpusBuilders } from './corpus-builders.ts';
import { docsBuilder, indexBuilder, packageBuilders, toplevelBuilder } from './graph-builders.ts';
import type { ResourceBuilder } from './resource-builder.ts';
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
