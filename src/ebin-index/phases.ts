import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { compareBytes } from '../primitives/index.ts';
import { type BuildEnvironment, type EnvironmentFunctions, readFunctions } from './environment.ts';
import type { Build, IndexOptions } from './input.ts';
import { type ClosureSource, closureOf, functionText, variableLines, withoutFlags } from './phase-closure.ts';

/** Phases that run on the machine of the user (specification 4.11), without `pkg_`. */
const userPhases = ['config', 'info', 'postinst', 'postrm', 'preinst', 'prerm', 'pretend', 'setup'];

/** Those that run before anything is unpacked. */
const earlyPhases = ['pretend', 'setup'];

/** In front of the names of functions that a build brings along. */
export const bundlePrefix = 'ebin_';

/** A build with its environment, read. */
export interface PhaseSource {
  readonly build: Build;
  readonly environment: BuildEnvironment | undefined;
}

export interface PhasePlan {
  /** Lines in global scope of the ebuild: variables that functions need. */
  readonly variables: readonly string[];
  /** Functions that are not phases, sorted by name. */
  readonly helpers: readonly string[];
  /** Phase functions by name with `pkg_`. */
  readonly functions: ReadonlyMap<string, string>;
  /** What each build brings along, by its path; builds without anything are absent. */
  readonly bundles: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

const nothingKept: PhasePlan = {
  variables: [],
  helpers: [],
  functions: new Map(),
  bundles: new Map(),
  problems: [],
};

const phasesOf = ({ metadata }: Build): string[] => {
  const defined = new Set((metadata.DEFINED_PHASES ?? '').split(/\s+/));
  return userPhases.filter((phase) => defined.has(phase));
};

interface ReadSource extends ClosureSource {
  readonly build: Build;
  readonly phases: readonly string[];
}

function readSources(sources: readonly PhaseSource[]): ReadSource[] {
  // Functions are mostly the same in all builds, and taking them apart is what takes time.
  const known = new Map<string, EnvironmentFunctions>();
  return sources.map(({ build, environment }) => {
    const phases = phasesOf(build);
    const text = environment?.functionText ?? '';
    const read = known.get(text) ?? readFunctions(text);
    known.set(text, read);
    const lacking = phases.find((phase) => !read.functions.has(`pkg_${phase}`));
    if (lacking !== undefined) {
      const why = environment ? read.flaw : 'The environment of the build is not at hand.';
      throw fault('EBN055', {
        what: `pkg_${lacking} of '${build.cpv}' cannot be read`,
        why: why === undefined ? undefined : `The text of its functions: ${why}.`,
        place: { file: build.path },
      });
    }
    return { build, phases, functions: read.functions, variables: environment?.variables ?? new Map() };
  });
}

/** What a phase is made of in one build: variables and functions. */
interface PhaseText {
  readonly variables: readonly string[];
  readonly functions: ReadonlyMap<string, string>;
}

function phaseText(source: ReadSource, phase: string, states: ReadonlyMap<string, boolean>): PhaseText {
  const closure = closureOf(`pkg_${phase}`, source);
  const functions = closure.functions.map((name): [string, string] => [
    name,
    withoutFlags(functionText(source.functions.get(name) ?? '', name), states),
  ]);
  return { variables: variableLines(closure.variables, source), functions: new Map(functions) };
}

const signature = ({ variables, functions }: PhaseText): string =>
  JSON.stringify([variables, [...functions]]);

/** The content of a bundle: everything that the phases need, phase functions under other names. */
function bundleText(texts: readonly PhaseText[]): string {
  const variables = [...new Set(texts.flatMap((text) => text.variables))].sort(compareBytes);
  const functions = new Map(texts.flatMap((text) => [...text.functions]));
  const parts = [...functions]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([name, text]) => {
      const isPhase = userPhases.includes(name.replace(/^pkg_/, '')) && name.startsWith('pkg_');
      return isPhase ? `${bundlePrefix}${text}` : text;
    });
  return `${[...variables, ...parts].join('\n')}\n`;
}

const stub = (name: string): string =>
  [
    `${name}() {`,
    `\tif declare -F ${bundlePrefix}${name} >/dev/null; then`,
    `\t\t${bundlePrefix}${name}`,
    '\tfi',
    '}',
  ].join('\n');

function capabilityProblems(sources: readonly ReadSource[], texts: readonly PhaseText[]): Problem[] {
  const setsCapabilities = texts.some(({ functions }) =>
    [...functions.values()].some((text) => /\b(fcaps|setcap)\b/.test(text)),
  );
  const gpkg = sources.find(({ build }) => build.format === 'gpkg');
  if (!setsCapabilities || !gpkg) return [];
  return [problem('EBN073', { what: `functions of '${gpkg.build.cpv}' set file capabilities` })];
}

/**
 * What becomes of functions that run on the machine of the user (specification 4.11). `states` are flags that the ebin lacks,
 * and how they were. Throws EBN055 and EBN056.
 */
export function planPhases(
  sources: readonly PhaseSource[],
  states: ReadonlyMap<string, boolean>,
  options: IndexOptions,
): PhasePlan {
  const phases = [...new Set(sources.flatMap(({ build }) => phasesOf(build)))].sort(compareBytes);
  const cpv = sources[0]?.build.cpv ?? '';
  if (phases.length === 0) return nothingKept;
  const list = phases.map((phase) => `pkg_${phase}`).join(', ');
  if (options.phases === 'reject') throw fault('EBN055', { what: `'${cpv}' has ${list}` });
  if (options.phases === 'drop')
    return { ...nothingKept, problems: [problem('EBN066', { what: `${list} of '${cpv}' are left out` })] };
  const read = readSources(sources);
  const inline = new Map<string, string>();
  const variables = new Set<string>();
  const bundled: string[] = [];
  const all: PhaseText[] = [];
  for (const phase of phases) {
    const having = read.filter((source) => source.phases.includes(phase));
    const texts = having.map((source) => phaseText(source, phase, states));
    const [first] = texts;
    all.push(...texts);
    const isSame = having.length === read.length && new Set(texts.map(signature)).size === 1;
    const isEarly = earlyPhases.includes(phase);
    if (!isSame && isEarly)
      throw fault('EBN056', { what: `pkg_${phase} of '${cpv}' differs between builds` });
    if (!isSame || (options.phases === 'bundle' && !isEarly)) bundled.push(phase);
    else if (first) {
      for (const [name, text] of first.functions) inline.set(name, text);
      for (const line of first.variables) variables.add(line);
    }
  }
  for (const phase of bundled) inline.set(`pkg_${phase}`, stub(`pkg_${phase}`));
  const bundles = read.flatMap((source): [string, string][] => {
    const own = bundled.filter((phase) => source.phases.includes(phase));
    const texts = own.map((phase) => phaseText(source, phase, states));
    return texts.length === 0 ? [] : [[source.build.path, bundleText(texts)]];
  });
  const isPhase = (name: string): boolean => phases.includes(name.replace(/^pkg_/, ''));
  const sorted = [...inline].sort(([a], [b]) => compareBytes(a, b));
  return {
    variables: [...variables].sort(compareBytes),
    helpers: sorted.filter(([name]) => !isPhase(name)).map(([, text]) => text),
    functions: new Map(sorted.filter(([name]) => isPhase(name))),
    bundles: new Map(bundles),
    problems: capabilityProblems(read, all),
  };
}
