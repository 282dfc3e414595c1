import { pathKind, replaceFile } from '../host/index.ts';
import type { Input, Target } from '../incremental/index.ts';
import type { BuilderNeed } from './builder-needs.ts';
import { BuilderMemory, BuilderWork, findCorpus } from './builder-work.ts';
import { wholeBuilders } from './builders.ts';
import { type ResourceBuilder, runBuilder } from './resource-builder.ts';

export interface WholeTargetsInput {
  readonly root: string;
  /** Folder with corpora, relative to the folder of the build or absolute. */
  readonly corpora: string;
  /** Valid graphs, relative to the folder of the build. */
  readonly graphs: readonly Input[];
  /** Parsed sources of distributions, likewise. */
  readonly analyzed: readonly Input[];
}

/** A target that is not made, as what it stands on is not there. */
export interface LeftOut {
  readonly target: string;
  /** What would have to be there: a corpus, or a folder of stubs. */
  readonly without: string;
}

export interface WholeTargets {
  readonly targets: readonly Target[];
  /** Names of the builders that have a target. */
  readonly names: ReadonlySet<string>;
  readonly leftOut: readonly LeftOut[];
}

/** Where stubs are looked for, relative to the folder of the build. */
const stubFolder = 'build/typeshed';
const ofStubs: ReadonlySet<string> = new Set(['pyversion', 'stubs', 'stubgraphs', 'typeshed']);
/** An empty index is none that anybody could have meant. */
const unpinned: ReadonlySet<string> = new Set(['distidx']);

/** Targets of the builders that need more than one graph, as far as their stubs and corpora are there (specification, 2.6). */
export function wholeTargets(input: WholeTargetsInput): WholeTargets {
  const { root, corpora } = input;
  const hasStubs = pathKind(`${root}/${stubFolder}`) === 'folder';
  const memory = new BuilderMemory();
  const targets: Target[] = [];
  const leftOut: LeftOut[] = [];
  const names = new Set<string>();
  for (const builder of wholeBuilders) {
    const target = `build/${builder.output}`;
    const corpus = builder.corpus === undefined ? undefined : corpusOf(builder.name, input);
    if (ofStubs.has(builder.name) && !hasStubs) leftOut.push({ target, without: stubFolder });
    else if (builder.corpus === 'needed' && corpus === undefined)
      leftOut.push({ target, without: `${corpora}/${builder.name}.ndjson` });
    else {
      names.add(builder.name);
      targets.push(wholeTarget(builder, corpus, { ...input, hasStubs, memory }));
    }
  }
  return { targets, names, leftOut };
}

/** Where the corpus of a builder is, relative to the folder of the build where that holds it. */
function corpusOf(name: string, { root, corpora }: WholeTargetsInput): string | undefined {
  const folder = corpora.startsWith('/') ? corpora : `${root}/${corpora}`;
  const found = findCorpus(folder, name);
  return found === undefined ? undefined : `${corpora}${found.slice(folder.length)}`;
}

interface Setting extends WholeTargetsInput {
  readonly hasStubs: boolean;
  readonly memory: BuilderMemory;
}

function wholeTarget(builder: ResourceBuilder, corpus: string | undefined, setting: Setting): Target {
  const name = `build/${builder.output}`;
  const needs = [...builder.needs, ...(builder.uses ?? [])];
  const inputs = needs.map((need) => [need, inputsFor(need, builder, setting)] as const);
  const all = inputs.flatMap(([, some]) => some);
  return {
    name,
    outputs: [name],
    inputs: [...all, ...(corpus === undefined ? [] : [{ path: corpus }])],
    mark: builder.version,
    pin: !unpinned.has(builder.name),
    log: `${name}.log`,
    make: async (context) => {
      const files = inputs.map(([need, some]) => [
        need,
        some.flatMap(({ path }) => context.input(path) ?? []),
      ]);
      const work = new BuilderWork({
        files: Object.fromEntries(files) as Partial<Record<BuilderNeed, readonly string[]>>,
        corpus: corpus === undefined ? undefined : context.input(corpus),
        ...{ memory: setting.memory, say: (line) => context.say(line), signal: context.signal },
      });
      replaceFile(context.output(name), await runBuilder(builder, work, `${setting.root}/build/data`));
    },
  };
}

function inputsFor(need: BuilderNeed, builder: ResourceBuilder, setting: Setting): readonly Input[] {
  const { hasStubs, graphs, analyzed } = setting;
  switch (need) {
    case 'graphs':
      // of those that only ask for the version there is a file: graphs change, and it does not
      return builder.needs.includes('graphs') ? graphs : [];
    case 'graph':
      return [{ path: 'build/merged_graph.json' }];
    case 'added':
      return hasStubs ? [{ path: 'build/stubgraphs.json' }] : [];
    case 'distidx':
      return [{ path: 'build/distidx.json' }];
    case 'compat':
      return [{ path: 'build/compat.json.gz' }];
    case 'argspecs':
      return [{ path: 'build/argspec_graph_manifest.json' }];
    case 'pyversion':
      return hasStubs ? [{ path: 'build/pyversion.txt' }] : [];
    case 'typeshed':
      return hasStubs && builder.name === 'stubs' ? [{ path: stubFolder }] : [];
    case 'stubs':
      return hasStubs ? [{ path: 'build/stubs.json.gz' }] : [];
    case 'analyzed':
      return analyzed;
    case 'returns':
      return [{ path: 'build/docs_returntypes.json' }];
    case 'manifest':
      return [{ path: 'build/manifest_lean.json' }];
    case 'sources':
      return [];
  }
}
