import type { ResourceKind } from '../formats/pyresources/index.ts';
import type { GraphOfDistribution, Resource } from './graph-of-distribution.ts';
import { argSpecsOf, documentationOf } from './graph-tables.ts';
import { symbolGraphOf, symbolTypesOf } from './symbol-graph.ts';

/** Makes one datafile of one distribution from its valid graph alone. */
export interface PackageBuilder {
  /** Name of the folder and of the merged manifest below `build/`. */
  readonly name: string;
  readonly kind: ResourceKind;
  /** Changes whenever the same graph would give another datafile. */
  readonly version: string;
  /** Undefined: the distribution has none of this kind. What goes wrong with single symbols is said. */
  readonly build: (graph: GraphOfDistribution, say: (line: string) => void) => Promise<Resource | undefined>;
}

/** Of each distribution in its own manifest, and merged. Another builder is one more line. */
export const packageBuilders: readonly PackageBuilder[] = [
  { name: 'symgraphs', kind: 'SymbolGraph', version: '1', build: symbolGraphOf },
  { name: 'symtypes', kind: 'SymbolTypes', version: '1', build: symbolTypesOf },
  { name: 'argspecs', kind: 'ArgSpec', version: '2', build: argSpecsOf },
];

/** Made of the graphs of all distributions after the index of top-levels; one manifest for all. */
export const wholeBuilders: readonly PackageBuilder[] = [
  { name: 'docs', kind: 'Documentation', version: '2', build: documentationOf },
];

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
