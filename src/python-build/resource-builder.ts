import { fault } from '../diagnostics/index.ts';
import {
  type Manifest,
  makeManifest,
  mergeManifests,
  type ResourceKind,
} from '../formats/pyresources/index.ts';
import type { BuilderNeed } from './builder-needs.ts';
import type { BuilderWork, BuilderWorkInput } from './builder-work.ts';
import { type Found, manifestText, storeFound } from './datafiles.ts';

/** Makes one file below `build/`: a manifest with its datafiles, or another one. */
export interface ResourceBuilder {
  /** By which it is asked for. */
  readonly name: string;
  /** One line for whoever asks what it does. */
  readonly about: string;
  /** The file that it makes, below `build/`. */
  readonly output: string;
  /** Kinds of datafiles in its manifest. */
  readonly kinds: readonly ResourceKind[];
  /** Changes whenever the same files would give another result. */
  readonly version: string;
  /** Without these it cannot work. */
  readonly needs: readonly BuilderNeed[];
  /** What it also reads when it is there. */
  readonly uses?: readonly BuilderNeed[];
  /** Whether it reads lines of a corpus of its own name, and whether it has anything to do without. */
  readonly corpus?: 'needed' | 'used';
  readonly make: Making;
}

/** Where what is missing comes from. */
const madeBy: Readonly<Record<BuilderNeed, string>> = {
  graphs: 'Name files of build/rawgraph, or what packmill py explore wrote.',
  graph: 'Name a manifest with --graph; packmill py builder symgraphs makes one.',
  added: 'Name a manifest with --added; packmill py builder stubgraphs makes one.',
  distidx: 'Name an index with --distidx; packmill py builder distidx makes one.',
  compat: 'Name a table with --compat; packmill py builder compat makes one.',
  argspecs: 'Name a manifest with --argspecs; packmill py builder argspecs makes one.',
  pyversion: 'Name a file with --pyversion; packmill py builder pyversion makes one.',
  typeshed: 'Name a folder of stubs, such as a checkout of typeshed, with --typeshed.',
  stubs: 'Name parsed stubs with --stubs; packmill py builder stubs makes them.',
  sources: 'Name a folder of sources with --sources.',
  analyzed: 'Name parsed sources with --analyzed; packmill py builder analyze makes them.',
  returns: 'Name a file with --returns; packmill py builder docs_returntypes makes one.',
  manifest: 'Name a manifest with --manifest; packmill py manifest merge makes one of several.',
};

type Making =
  | { readonly of: 'manifest'; readonly run: (work: BuilderWork) => AsyncIterable<Found> }
  | { readonly of: 'file'; readonly run: (work: BuilderWork) => Promise<string | Uint8Array> };

/** One builder alone: files in, file out. */
export interface BuilderOrder {
  readonly name: string;
  readonly files: BuilderWorkInput['files'];
  readonly corpus?: string | undefined;
  /** Where its file goes: its usual name in this folder, unless another place is named. */
  readonly folder: string;
  readonly output?: string | undefined;
  /** Folder for datafiles; undefined: `data` beside the file. */
  readonly data?: string | undefined;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs a builder, writes its datafiles, and gives the content of its file. Throws MPY410 and what the builder throws. */
export async function runBuilder(
  builder: ResourceBuilder,
  work: BuilderWork,
  data: string,
): Promise<string | Uint8Array> {
  for (const need of builder.needs) {
    if (!work.has(need))
      throw fault('MPY410', { what: `'${builder.name}' has no '${need}'`, next: madeBy[need] });
  }
  if (builder.corpus === 'needed' && !work.hasCorpus)
    throw fault('MPY410', {
      what: `'${builder.name}' has no 'corpus'`,
      next: `Name a file of lines of JSON with --corpus; examples/python/corpora/${builder.name}.ndjson is one.`,
    });
  if (builder.make.of === 'file') return await builder.make.run(work);
  const manifests: Manifest[] = [];
  for await (const { distribution, resource } of builder.make.run(work)) {
    if (resource !== undefined) {
      manifests.push(storeFound(data, { distribution, resource }, work.say));
      continue;
    }
    work.say(`[WARN] ${distribution.name} has no ${builder.kinds.join(' and ')}`);
    // told as a distribution without datafiles: an empty manifest would be a pin
    manifests.push(makeManifest([{ distribution, paths: new Map() }]));
  }
  return manifestText(mergeManifests(manifests));
}
