import { captureFormat } from '../captures/index.ts';
import { fault } from '../diagnostics/index.ts';
import type { Program } from '../formats/metro/index.ts';
import type {
  BuildIdentity,
  ControlUpdate,
  SourceChoice,
  StageLimits,
  StagePlan,
  StageStep,
} from './contract.ts';
import { type ControlReader, checkedPath, checkedValue, isControlValue, versionTime } from './control.ts';
import { Elements, isOfficial, isReplaced } from './elements.ts';
import { emulationEnvironment, emulatorOf } from './foreign.ts';
import { byteCountOf, countOf, spanOf } from './quantities.ts';
import { chooseSource, readStrategy, type Strategy, subarchFolder } from './sources.ts';

export interface PlanRequest {
  readonly program: Program;
  readonly target: string;
  readonly read: ControlReader;
  /** Processor of this machine as `uname -m` says it. */
  readonly processor: string;
}

/** Steps in their order (9.3); what packmill does itself (unpacking, packing, links) is none of them. */
const stepOrder: readonly (readonly [element: string, where: StageStep['where']])[] = [
  ['steps/unpack/post', 'host'],
  ['steps/chroot/prerun', 'tree'],
  ['steps/chroot/run', 'tree'],
  ['steps/chroot/grabinfo', 'tree'],
  ['steps/precapture', 'host'],
  ['steps/chroot/postrun', 'tree'],
  ['steps/chroot/clean', 'tree'],
  ['steps/chroot/test', 'tree'],
  ['steps/chroot/postclean', 'tree'],
  ['steps/clean', 'host'],
];

/** Only of official builds. */
const officialSteps = new Set(['steps/chroot/grabinfo', 'steps/precapture']);

/** Targets that have no build step of their own (9.1). */
const withoutRun = new Set(['stage3-test']);

/**
 * Decides everything that is to be done for one target (8.5, 9.1–9.3, 9.8). Touches nothing. Throws the first problem of the values that
 * are needed, MST001 with all elements that are missing, MST002 and MST003 for control files.
 */
export function planTarget(request: PlanRequest): StagePlan {
  const { program, target, read } = request;
  const elements = new Elements(program);
  const identity = readIdentity(elements);
  const mirror = checkedMirror(elements.required('path/mirror'));
  const steps = readSteps(elements, target);
  elements.check();
  const own = subarchFolder(mirror, identity);
  const controlFolder = elements.text('path/mirror/target/control') ?? `${own}/.control`;
  const strategy = strategyOf(elements, read, controlFolder);
  const source = sourceOf(elements, { target, identity, mirror, strategy, read });
  const name = resultName(elements, target, identity);
  const { suffix, ...result } = resultPath(elements, { target, usual: `${own}/${identity.version}`, name });
  const places = placesOf(elements, target);
  const official = isOfficial(elements);
  const mtime = versionTime(identity.version);
  const emulator = emulatorOf(request.processor, elements.text('host/arch_desc'), identity.archDesc);
  const plan: StagePlan = {
    target,
    isOfficial: official,
    identity,
    name,
    mirror,
    controlFolder,
    ...result,
    level: levelOf(elements, result.format),
    latest: latestOf(elements, own, { target, suffix }),
    source,
    snapshot: snapshotOf(elements, official),
    fetchStep: elements.script('steps/fetch'),
    fetchDigest: elements.text('steps/fetch/digest'),
    steps: steps.filter(({ element }) => official || !officialSteps.has(element)),
    ...places,
    outputPath: result.folder,
    distfiles: elements.text('path/distfiles'),
    environment: {
      PATH: '/bin:/sbin:/usr/bin:/usr/sbin',
      TERM: 'dumb',
      HOME: '/root',
      SOURCE_DATE_EPOCH: String(mtime),
      ...emulationEnvironment(emulator),
    },
    limits: limitsOf(elements),
    mtime,
    isReplaced: isReplaced(elements),
    controlUpdates: official ? controlUpdates(target, identity.version, strategy) : [],
    emulator,
    elements: elements.used,
  };
  elements.check();
  return plan;
}

/** The part of a plan that names a build; elements that are missing are remembered. */
export function readIdentity(elements: Elements): BuildIdentity {
  const word = (name: string): string => {
    const value = elements.required(name);
    if (value !== '' && !isControlValue(value)) checkedValue(value, name);
    return value;
  };
  return {
    build: word('target/build'),
    archDesc: word('target/arch_desc'),
    subarch: word('target/subarch'),
    version: word('target/version'),
  };
}

function readSteps(elements: Elements, target: string): readonly StageStep[] {
  return stepOrder.flatMap(([element, where]) => {
    const script = elements.script(element);
    if (script) return [{ element, where, script }];
    if (element === 'steps/chroot/run' && !withoutRun.has(target)) elements.miss(element);
    return [];
  });
}

/** Where no control file says anything, a build is local and begins with a stage3. */
function strategyOf(elements: Elements, read: ControlReader, folder: string): Strategy {
  const isSaid =
    elements.has('strategy/build') ||
    elements.has('strategy/seed') ||
    read(folder, 'strategy/build') !== undefined;
  if (!isSaid && elements.has('path/mirror/source'))
    return { build: 'local', seed: 'stage3', remote: undefined };
  return readStrategy(elements, read, folder);
}

/** What files of the language say about the source counts first; otherwise control files decide (9.2). */
function sourceOf(elements: Elements, request: Parameters<typeof chooseSource>[0]): SourceChoice {
  const path = elements.text('path/mirror/source');
  if (path === undefined) return chooseSource(request);
  const at = path.lastIndexOf('/');
  const word = (name: string, otherwise: string): string => elements.text(`source/${name}`) ?? otherwise;
  const { identity } = request;
  return {
    type: elements.text('source') ?? 'seed',
    identity: {
      build: word('build', identity.build),
      archDesc: word('arch_desc', identity.archDesc),
      subarch: word('subarch', identity.subarch),
      version: word('version', identity.version),
    },
    folder: path.slice(0, at),
    name: path.slice(at + 1),
    why: "the element 'path/mirror/source'",
  };
}

/** Names of results (9.1): `type-subarch-build-version`, of openvz `build-subarch-openvz-version`. */
function resultName(elements: Elements, target: string, { build, subarch, version }: BuildIdentity): string {
  const named = elements.text('target/name');
  if (named !== undefined) return checkedValue(named, 'target/name');
  if (target === 'openvz') return `${build}-${subarch}-openvz-${version}`;
  return `${kindOf(target)}-${subarch}-${build}-${version}`;
}

const kindOf = (target: string): string => (target.startsWith('stage3-') ? 'stage3' : target);

const compressions: Readonly<Record<string, string>> = {
  xz: '.xz',
  zst: '.zst',
  zstd: '.zst',
  gz: '.gz',
  gzip: '.gz',
  none: '',
};

const containers: Readonly<Record<string, string | undefined>> = {
  tar: undefined,
  lxd: undefined,
  squashfs: '.squashfs',
  oci: '.oci.tar',
  live: '.iso',
};

function suffixOf(elements: Elements, container: string): string {
  if (!Object.hasOwn(containers, container)) {
    const next = `Use one of ${Object.keys(containers)
      .map((name) => `'${name}'`)
      .join(', ')}.`;
    throw fault('MST005', { what: `'target/format' is '${container}'`, next });
  }
  const own = containers[container];
  if (own !== undefined) return own;
  const word = elements.text('target/compression') ?? 'xz';
  if (Object.hasOwn(compressions, word)) return `.tar${compressions[word]}`;
  throw fault('MST005', {
    what: `'target/compression' is '${word}'`,
    next: "Use 'xz', 'zstd', 'gz' or 'none'.",
  });
}

/** Highest level of each compressor. */
const mostLevels = { xz: 9, zstd: 19, gzip: 9, none: 0 } as const;

function levelOf(elements: Elements, { compression }: StagePlan['format']): number | undefined {
  const text = elements.text('target/compression/level');
  if (text === undefined || text === '') return undefined;
  const most = mostLevels[compression];
  if (/^[1-9][0-9]?$/.test(text) && Number(text) <= most) return Number(text);
  const next = most === 0 ? 'Leave it out: nothing is compressed.' : `Use a number from 1 to ${most}.`;
  throw fault('MST005', { what: `'target/compression/level' is '${text}'`, next });
}

/** Where the result goes and what it is: `path/mirror/target` counts first, otherwise folder, name and format (9.6, 9.7). */
function resultPath(
  elements: Elements,
  { target, usual, name }: { readonly target: string; readonly usual: string; readonly name: string },
): Pick<StagePlan, 'folder' | 'result' | 'format'> & { readonly suffix: string } {
  const container = elements.text('target/format') ?? (target === 'lxd' ? 'lxd' : 'tar');
  const kind = container === 'lxd' ? 'lxd' : 'tar';
  const path = elements.text('path/mirror/target');
  if (path !== undefined) {
    const at = path.lastIndexOf('/') + 1;
    const [suffix = ''] = /(?:\.oci)?\.[a-z]+(?:\.[a-z]+)?$/.exec(path.slice(at)) ?? [];
    return {
      folder: path.slice(0, at - 1),
      result: path,
      format: captureFormat(path.slice(at), kind),
      suffix,
    };
  }
  const folder = elements.text('path/mirror/target/path') ?? usual;
  const suffix = suffixOf(elements, container);
  return {
    folder,
    result: `${folder}/${name}${suffix}`,
    format: captureFormat(`${name}${suffix}`, kind),
    suffix,
  };
}

function latestOf(
  elements: Elements,
  own: string,
  { target, suffix }: { target: string; suffix: string },
): string | undefined {
  if (target === 'stage1' || target === 'stage2') return undefined;
  return elements.text('path/mirror/target/link') ?? `${own}/${kindOf(target)}-latest${suffix}`;
}

/** Builds are published by others than those who write files: a mirror is the same wherever packmill is called. Throws MST007. */
function checkedMirror(path: string): string {
  if (path === '' || path.startsWith('/')) return path;
  throw fault('MST007', { what: `'path/mirror' is '${path}', which does not begin with '/'` });
}

/** Folders beside the tree that scripts of the machine need as they are. */
const machinesOwn = new Set([
  ...['bin', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'proc', 'run', 'sbin', 'usr'],
  '',
]);

function workPathOf(elements: Elements): string {
  const path = checkedPath(elements.text('path/work') ?? '/srv/work', 'path/work');
  if (!machinesOwn.has(path.split('/')[1] ?? '')) return path;
  const next =
    "Choose another one, such as '/srv/work': nothing is written there, scripts only see the tree at it.";
  throw fault('MST007', { what: `'path/work' is '${path}', where programs of the machine are`, next });
}

function placesOf(
  elements: Elements,
  target: string,
): { readonly packed: string; readonly workPath: string } {
  const workPath = workPathOf(elements);
  const stage = elements.text('path/chroot/stage');
  const usual = target === 'stage1' ? '/tmp/stage1root' : target === 'stage3-quick' ? '/tmp/stage3root' : '/';
  const inside =
    stage === workPath || stage?.startsWith(`${workPath}/`) ? stage.slice(workPath.length) : stage;
  const packed = checkedPath(`/${inside ?? usual}`, 'path/chroot/stage');
  return { packed, workPath };
}

function snapshotOf(elements: Elements, official: boolean): StagePlan['snapshot'] {
  const path = official ? elements.text('path/mirror/snapshot') : undefined;
  if (path === undefined) return undefined;
  const usual = elements.text('snapshot/source') === 'meta-repo' ? '/var/git' : '/usr/portage';
  return { path, target: checkedPath(elements.text('snapshot/target') ?? usual, 'snapshot/target') };
}

const longestStepMs = 24 * 3_600_000;

function limitsOf(elements: Elements): StageLimits {
  return {
    stepMs: spanOf(elements.text('limits/step'), 'limits/step') ?? longestStepMs,
    memoryBytes: byteCountOf(elements.text('limits/memory'), 'limits/memory'),
    processes: countOf(elements.text('limits/processes'), 'limits/processes'),
  };
}

/** What a success writes into the control folder (9.2); an official stage3 ends the time of remote seeds. */
function controlUpdates(target: string, version: string, strategy: Strategy): readonly ControlUpdate[] {
  const isStage3 = kindOf(target) === 'stage3';
  if (target === 'stage2') return [];
  const name = target === 'stage1' || isStage3 ? `version/${kindOf(target)}` : `version/stage4/${target}`;
  const local = { name: 'strategy/build', value: 'local', isVersion: false };
  return [
    { name, value: version, isVersion: true },
    ...(isStage3 && strategy.build === 'remote' ? [local] : []),
  ];
}
