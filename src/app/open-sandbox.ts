import type { BuilderSettings } from '../config/index.ts';
import { fault, type Problem, ProblemError } from '../diagnostics/index.ts';
import { type Clock, ensureFolder } from '../host/index.ts';
import { BubblewrapDriver } from '../sandbox/bubblewrap/index.ts';
import { ContainerDriver, detectEngine } from '../sandbox/container/index.ts';
import { type SandboxDriver, type SandboxRoot, unpackRoot } from '../sandbox/index.ts';

/** A driver with the root that its builds get. */
export interface OpenedSandbox {
  readonly driver: SandboxDriver;
  readonly root: SandboxRoot;
  readonly what: string;
}

export interface SandboxWishes {
  readonly settings: Pick<BuilderSettings, 'engine' | 'sandboxRoot' | 'image' | 'hostname' | 'processors'>;
  /** Folder of the builder's own, hidden from builds. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly onProblem: (problem: Problem) => void;
}

/**
 * The sandbox of a builder: containers where `CONTAINER_ENGINE` asks for them, bubblewrap otherwise. Throws SBX
 * problems when there is no such engine or root, CFG008 without an image.
 */
export async function openSandbox(wishes: SandboxWishes): Promise<OpenedSandbox> {
  return wishes.settings.engine === undefined ? await bubblewrap(wishes) : await containers(wishes);
}

async function bubblewrap({ settings, folder, clock }: SandboxWishes): Promise<OpenedSandbox> {
  const own = `${folder}/sandbox`;
  ensureFolder(own);
  const driver = new BubblewrapDriver({ folder: own, hidden: [folder], clock });
  const named = settings.sandboxRoot;
  if (named === undefined || named === 'host')
    return { driver, root: { kind: 'host' }, what: "bubblewrap on this machine's own system" };
  if (!/\.(?:tar|tgz|txz|tar\.[a-z0-9]+)$/.test(named))
    return { driver, root: { kind: 'folder', path: named }, what: `bubblewrap on '${named}'` };
  const roots = `${folder}/roots`;
  ensureFolder(roots);
  return {
    driver,
    root: { kind: 'folder', path: await unpackRoot(named, roots) },
    what: `bubblewrap on '${named}'`,
  };
}

async function containers(wishes: SandboxWishes): Promise<OpenedSandbox> {
  const { settings, environment, clock, onProblem } = wishes;
  if (settings.image === undefined) throw fault('CFG008', { what: "'BUILDER_IMAGE' is not set" });
  const finding = await detectEngine(environment);
  if (!('engine' in finding)) throw new ProblemError(finding.problem);
  const driver = new ContainerDriver({
    engine: finding.engine,
    owner: settings.hostname,
    pulls: environment.NODE_ENV !== 'development',
    onProblem,
    cpus: settings.processors,
    clock,
  });
  return {
    driver,
    root: { kind: 'image', name: settings.image },
    what: `containers of '${settings.image}'`,
  };
}
