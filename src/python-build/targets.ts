import {
  encodeIndex,
  encodeManifest,
  type Manifest,
  makeIndex,
  makeManifest,
  mergeManifests,
} from '../formats/pyresources/index.ts';
import { gzipBytes, pathKind, replaceFile } from '../host/index.ts';
import type { Input, MakeContext, Target } from '../incremental/index.ts';
import { validateGraph } from '../python-explorer/index.ts';
import { readManifest } from '../python-resources/index.ts';
import { manifestOrder, type PackageBuilder, packageBuilders, wholeBuilders } from './builders.ts';
import { manifestText, storeFound, symbolGraphsOf } from './datafiles.ts';
import type { BuildItem, Executor } from './executor.ts';
import { openGraph } from './graph-of-distribution.ts';
import { linkedNames, linkedTargets } from './linked-targets.ts';

export interface TargetsInput {
  readonly root: string;
  readonly items: readonly BuildItem[];
  readonly executor: Executor;
  /** Manifest to begin `build/base.json` with. */
  readonly base: string | undefined;
  /** As the original has it: one distribution that fails leaves no merged manifest. */
  readonly legacy: boolean;
}

const valid = (stem: string): string => `build/rawgraph/${stem}.valid.json`;
const image = (stem: string): string => `build/dockerimages/${stem}.image`;
const explored = (stem: string): string => `build/explored/${stem}.json`;
const dockerfile = (stem: string): string => `dockerfiles/build/${stem}`;
const engineImage = 'build/dockerimages/BASE';

/** A Dockerfile that was touched means: all of this distribution anew. */
const touched = ({ stem }: BuildItem): Input => ({ path: dockerfile(stem), by: 'time' });

/** All targets of a build (specification, 2.4 and 2.6), with the names of the files that they make. */
export function pythonTargets(input: TargetsInput): readonly Target[] {
  const { items } = input;
  return [
    {
      name: engineImage,
      outputs: [engineImage],
      inputs: [],
      opaque: true,
      log: `${engineImage}.log`,
      make: async (context) => {
        await input.executor.prepare(context);
        replaceFile(context.output(engineImage), '');
      },
    },
    ...items.flatMap((item) => packageTargets(input, item)),
    ...packageBuilders.map((builder) => mergeTarget(input, builder.name)),
    ...graphTargets(input),
    ...wholeBuilders.map((builder) => wholeTarget(input, builder)),
    ...linkedTargets({ root: input.root, graphs: validGraphs(input) }),
    manifestTarget(input.root),
    group('build', ['build/manifest.json']),
    group(
      'images',
      items.map(({ stem }) => image(stem)),
    ),
    group(
      'dockerimages',
      items.map(({ stem }) => image(stem)),
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
}

/** Valid graphs of all distributions; those that failed are left out, save in the way of the original. */
const validGraphs = ({ items, legacy }: TargetsInput): readonly Input[] =>
  items.map(({ stem }) => ({ path: valid(stem), optional: !legacy }));

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
  const [, folder, stem] = /^build\/([a-z]+)\/(.+)\.json$/.exec(target) ?? [];
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
    ...packageBuilders.map((builder) => packageTarget(root, item, builder)),
  ];
}

function packageTarget(root: string, item: BuildItem, builder: PackageBuilder): Target {
  const name = `build/${builder.name}/${item.stem}.json`;
  return {
    name,
    outputs: [name],
    inputs: [valid(item.stem), touched(item)],
    mark: builder.version,
    pin: true,
    log: `${name}.log`,
    make: async (context) => {
      const manifest = await runBuilder(root, builder, context.input(valid(item.stem)) ?? '', context.say);
      replaceFile(context.output(name), encodeManifest(manifest));
    },
  };
}

/** Runs a builder over one valid graph, writes its datafile, and gives the manifest that points to it. */
async function runBuilder(
  root: string,
  { build, kind }: PackageBuilder,
  graph: string,
  say: (line: string) => void,
): Promise<Manifest> {
  const opened = await openGraph(graph);
  const { distribution } = opened;
  const resource = await build(opened, say);
  if (resource === undefined) {
    say(`[WARN] ${distribution.name} has no ${kind}`);
    // told as a distribution without datafiles: an empty manifest would be a pin
    return makeManifest([{ distribution, paths: new Map() }]);
  }
  return storeFound(root, { distribution, resource }, say);
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
    {
      name: 'build/distidx.json',
      outputs: ['build/distidx.json'],
      inputs: ['build/merged_graph.json'],
      mark: '1',
      log: 'build/distidx.json.log',
      make: async (context) => {
        const manifest = readManifest(context.input('build/merged_graph.json') ?? '');
        // one graph in memory at a time
        const toplevels = Array.from(
          symbolGraphsOf(manifest, context.say),
          ([distribution, graph]) => [distribution, [...graph.keys()]] as const,
        );
        replaceFile(context.output('build/distidx.json'), encodeIndex(makeIndex(toplevels)));
      },
    },
    {
      // without graphs of the original there is nothing that it could lead back to
      name: 'build/compat.json.gz',
      outputs: ['build/compat.json.gz'],
      inputs: ['build/merged_graph.json', 'build/distidx.json'],
      mark: '1',
      pin: true,
      make: async (context) =>
        replaceFile(context.output('build/compat.json.gz'), gzipBytes(Buffer.from('{}'))),
    },
  ];
}

function wholeTarget({ root, items, legacy }: TargetsInput, builder: PackageBuilder): Target {
  const name = `build/${builder.name}.json`;
  const graphs = items.map(({ stem }) => valid(stem));
  return {
    name,
    outputs: [name],
    inputs: [
      'build/compat.json.gz',
      'build/merged_graph.json',
      'build/distidx.json',
      ...graphs.map((path) => ({ path, optional: !legacy })),
    ],
    mark: builder.version,
    pin: true,
    log: `${name}.log`,
    make: async (context) => {
      const manifests: Manifest[] = [];
      for (const path of graphs.flatMap((graph) => context.input(graph) ?? [])) {
        manifests.push(await runBuilder(root, builder, path, context.say));
      }
      replaceFile(context.output(name), manifestText(mergeManifests(manifests)));
    },
  };
}

function manifestTarget(root: string): Target {
  const name = 'build/manifest.json';
  const made = new Set([
    ...[...packageBuilders, ...wholeBuilders].map((builder) => builder.name),
    ...linkedNames(root),
  ]);
  const inputs = ['build/base.json', ...manifestOrder.map((kind) => `build/${kind}.json`)];
  const isOptional = (path: string): boolean =>
    path !== 'build/base.json' && !made.has(path.replace(/^build\/|\.json$/g, ''));
  return {
    name,
    outputs: [name],
    inputs: inputs.map((path) => ({ path, optional: isOptional(path) })),
    mark: '1',
    log: `${name}.log`,
    make: async (context) => replaceFile(context.output(name), mergeInto(context, inputs)),
  };
}

/** Whether a folder has been set up. */
export const isSetUp = (root: string): boolean => pathKind(`${root}/dockerfiles/build`) === 'folder';
