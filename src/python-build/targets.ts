import { distributionText, encodeManifest, mergeManifests } from '../formats/pyresources/index.ts';
import { standardLibraryName } from '../formats/python-graph/index.ts';
import { pathKind, replaceFile } from '../host/index.ts';
import type { Input, MakeContext, Target } from '../incremental/index.ts';
import { validateGraph } from '../python-explorer/index.ts';
import { readManifest } from '../python-resources/index.ts';
import { encodeAnalysis } from './analysis-file.ts';
import { BuilderWork } from './builder-work.ts';
import { manifestOrder } from './builders.ts';
import { manifestText } from './datafiles.ts';
import type { BuildItem, Executor } from './executor.ts';
import { packageBuilders } from './graph-builders.ts';
import { readSources } from './read-stubs.ts';
import { type ResourceBuilder, runBuilder } from './resource-builder.ts';
import { pythonVersion } from './stub-builders.ts';
import { type LeftOut, wholeTargets } from './whole-targets.ts';

export interface TargetsInput {
  readonly root: string;
  readonly items: readonly BuildItem[];
  readonly executor: Executor;
  /** Manifest to begin `build/base.json` with. */
  readonly base: string | undefined;
  /** Folder with corpora, relative to the folder of the build or absolute. */
  readonly corpora: string;
  /** As the original has it: one distribution that fails leaves no merged manifest. */
  readonly legacy: boolean;
}

const valid = (stem: string): string => `build/rawgraph/${stem}.valid.json`;
const image = (stem: string): string => `build/dockerimages/${stem}.image`;
const analyzed = (stem: string): string => `build/analyzed/${stem}.json.gz`;
const explored = (stem: string): string => `build/explored/${stem}.json`;
const dockerfile = (stem: string): string => `dockerfiles/build/${stem}`;
const engineImage = 'build/dockerimages/BASE';

/** A Dockerfile that was touched means: all of this distribution anew. */
const touched = ({ stem }: BuildItem): Input => ({ path: dockerfile(stem), by: 'time' });

/** Targets of a build, and what is left out of it. */
export interface PythonTargets {
  readonly targets: readonly Target[];
  readonly leftOut: readonly LeftOut[];
}

/** All targets of a build (specification, 2.4 and 2.6), with the names of the files that they make. */
export function pythonTargets(input: TargetsInput): PythonTargets {
  const { root, corpora, items } = input;
  const whole = wholeTargets({ root, corpora, graphs: validGraphs(input), analyzed: analyses(input) });
  const made = new Set([...packageBuilders.map(({ name }) => name), ...whole.names]);
  const targets = [
    baseImage(input.executor),
    ...items.flatMap((item) => packageTargets(input, item)),
    ...packageBuilders.map((builder) => mergeTarget(input, builder.name)),
    ...graphTargets(input),
    ...whole.targets,
    ...manifestTargets(made),
    group('build', ['build/manifest.json']),
    group('toplevel', ['build/toplevel.msgpack.gz']),
    ...(['images', 'dockerimages'] as const).map((name) =>
      group(
        name,
        items.map(({ stem }) => image(stem)),
      ),
    ),
    group(
      'explore',
      items.map(({ stem }) => explored(stem)),
    ),
    group(
      'rawgraphs',
      items.map(({ stem }) => valid(stem)),
    ),
  ];
  return { targets, leftOut: whole.leftOut };
}

const baseImage = (executor: Executor): Target => ({
  name: engineImage,
  outputs: [engineImage],
  inputs: [],
  opaque: true,
  log: `${engineImage}.log`,
  make: async (context) => {
    await executor.prepare(context);
    replaceFile(context.output(engineImage), '');
  },
});

/** Valid graphs of all distributions; those that failed are left out, save in the way of the original. */
const validGraphs = ({ items, legacy }: TargetsInput): readonly Input[] =>
  items.map(({ stem }) => ({ path: valid(stem), optional: !legacy }));

/** Parsed sources of all distributions that an executor can show. Its own stubs tell more of the standard library. */
const analyses = ({ items, executor }: TargetsInput): readonly Input[] =>
  items.flatMap((item) =>
    isAnalyzed(item, executor) ? [{ path: analyzed(item.stem), optional: true }] : [],
  );

const isAnalyzed = ({ distribution }: BuildItem, executor: Executor): boolean =>
  executor.trees !== undefined && distribution.name !== standardLibraryName;

const group = (name: string, inputs: readonly string[]): Target => ({ name, outputs: [], inputs });

/** Stages of a target's name, for reports of failures. */
export function stageOf(target: string): { readonly stage: string; readonly stem: string | undefined } {
  const patterns: readonly (readonly [RegExp, string])[] = [
    [/^build\/dockerimages\/(.+)\.image$/, 'image'],
    [/^build\/explored\/(.+)\.json$/, 'explore'],
    [/^build\/rawgraph\/(.+)\.valid\.json$/, 'validate'],
  ];
  for (const [pattern, stage] of patterns) {
    const stem = pattern.exec(target)?.[1];
    if (stem !== undefined) return { stage, stem };
  }
  const [, folder, stem] = /^build\/([a-z]+)\/(.+)\.json(?:\.gz)?$/.exec(target) ?? [];
  return folder === undefined ? { stage: target, stem: undefined } : { stage: folder, stem };
}

function packageTargets({ root, executor }: TargetsInput, item: BuildItem): readonly Target[] {
  const { stem } = item;
  const own = [touched(item), ...item.sources];
  const log = `build/explored/${stem}.log`;
  return [
    {
      name: image(stem),
      outputs: [image(stem)],
      inputs: [engineImage, ...own],
      opaque: true,
      mark: executor.mark,
      log: `${image(stem)}.log`,
      make: async (context) => {
        await executor.install(item, context);
        replaceFile(context.output(image(stem)), '');
      },
    },
    {
      name: explored(stem),
      outputs: [explored(stem), log],
      inputs: [image(stem), ...own],
      mark: executor.mark,
      log: `${explored(stem)}.log`,
      make: async (context) => {
        const files = { output: context.output(explored(stem)), log: context.output(log) };
        await executor.explore(item, files, context);
      },
    },
    {
      name: valid(stem),
      outputs: [valid(stem), `${valid(stem)}.report.json`],
      inputs: [explored(stem), touched(item)],
      mark: '1',
      log: `${valid(stem)}.log`,
      make: async (context) => {
        const report = await validateGraph(context.input(explored(stem)) ?? '', context.output(valid(stem)));
        for (const { code, what, why } of report.troubles)
          context.say(`[WARN] ${code} ${what} ${why}`.trimEnd());
        if (report.leftOut.troubles > 0)
          context.say(`[WARN] MPY015 ${report.leftOut.troubles} more troubles`);
        context.say(`[STATS] ${report.shards.length} top-levels`);
      },
    },
    ...(isAnalyzed(item, executor) ? [analysisTarget(executor, item)] : []),
    ...packageBuilders.map((builder) => packageTarget(root, item, builder)),
  ];
}

/** The sources of one distribution, parsed (specification, 6.6): what cannot be read stops no other one. */
function analysisTarget(executor: Executor, item: BuildItem): Target {
  const { stem, distribution } = item;
  const name = analyzed(stem);
  return {
    name,
    outputs: [name],
    inputs: [image(stem), touched(item), ...item.sources, { path: valid(stem), by: 'order' }],
    mark: '1',
    log: `${name}.log`,
    make: async (context) => {
      const { signal } = context;
      const say = (line: string): void => context.say(line);
      const files = { graphs: [context.input(valid(stem)) ?? ''] };
      const version = await pythonVersion(new BuilderWork({ files, say, signal }));
      const trees = (await executor.trees?.(item)) ?? [];
      const found = await readSources({ key: distributionText(distribution), trees, version, say, signal });
      replaceFile(context.output(name), encodeAnalysis(found));
    },
  };
}

function packageTarget(root: string, item: BuildItem, builder: ResourceBuilder): Target {
  const name = `build/${builder.name}/${item.stem}.json`;
  return {
    name,
    outputs: [name],
    inputs: [valid(item.stem), touched(item)],
    mark: builder.version,
    pin: true,
    log: `${name}.log`,
    make: async (context) => {
      const work = new BuilderWork({
        files: { graphs: [context.input(valid(item.stem)) ?? ''] },
        ...{ say: (line) => context.say(line), signal: context.signal },
      });
      replaceFile(context.output(name), await runBuilder(builder, work, `${root}/build/data`));
    },
  };
}

/** Those of the inputs that are there, one laid over the other. */
function mergeInto(context: MakeContext, inputs: readonly string[]): string {
  const paths = inputs.flatMap((path) => context.input(path) ?? []);
  for (const path of inputs) if (context.input(path) === undefined) context.say(`[INFO] without ${path}`);
  return manifestText(mergeManifests(paths.map(readManifest)));
}

function mergeTarget({ items, legacy }: TargetsInput, kind: string): Target {
  const name = `build/${kind}.json`;
  const inputs = items.map(({ stem }) => `build/${kind}/${stem}.json`);
  return {
    name,
    outputs: [name],
    inputs: [...inputs.map((path) => ({ path, optional: !legacy })), ...items.map(touched)],
    mark: '1',
    pin: true,
    log: `${name}.log`,
    make: async (context) => replaceFile(context.output(name), mergeInto(context, inputs)),
  };
}

/** What stands on the symbol graphs of all distributions. */
function graphTargets({ base }: TargetsInput): readonly Target[] {
  const merged = ['build/base.json', 'build/symgraphs.json'];
  return [
    {
      name: 'build/base.json',
      outputs: ['build/base.json'],
      inputs: [],
      seed: true,
      make: async (context) => {
        const manifest = base === undefined ? [] : readManifest(base);
        replaceFile(context.output('build/base.json'), encodeManifest(manifest));
      },
    },
    {
      name: 'build/merged_graph.json',
      outputs: ['build/merged_graph.json'],
      inputs: merged,
      mark: '1',
      pin: true,
      log: 'build/merged_graph.json.log',
      make: async (context) =>
        replaceFile(context.output('build/merged_graph.json'), mergeInto(context, merged)),
    },
  ];
}

/** Manifests that lay others over one another: all, and those that some builders read. */
function manifestTargets(made: ReadonlySet<string>): readonly Target[] {
  const lean = manifestOrder.filter((name) => !['symtypes', 'typeshed', 'sigpatterns'].includes(name));
  const manifests: readonly (readonly [string, readonly string[]])[] = [
    ['build/argspec_graph_manifest.json', ['symgraphs', 'argspecs', 'typeshed']],
    ['build/manifest_lean.json', lean],
    ['build/manifest.json', manifestOrder],
  ];
  return manifests.map(([name, parts]) => {
    const inputs = [
      { path: 'build/base.json' },
      ...parts.map((part) => ({ path: `build/${part}.json`, optional: !made.has(part) })),
    ];
    return {
      name,
      outputs: [name],
      inputs,
      mark: '1',
      log: `${name}.log`,
      make: async (context) =>
        replaceFile(
          context.output(name),
          mergeInto(
            context,
            inputs.map(({ path }) => path),
          ),
        ),
    };
  });
}

/** Whether a folder has been set up. */
export const isSetUp = (root: string): boolean => pathKind(`${root}/dockerfiles/build`) === 'folder';
