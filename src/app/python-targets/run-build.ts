import { fault } from '../../diagnostics/index.ts';
import { ensureFolder } from '../../host/index.ts';
import type { Outcome } from '../../model/index.ts';
import type { SandboxMount } from '../../sandbox/index.ts';
import { inBuild, type ManifestHands, type ManifestJob, type PythonHands } from './contract.ts';

interface Build extends ManifestJob {
  readonly root: string;
}

/**
 * Runs `packmill py build` over the graphs in the sandbox: they are what others wrote, and reading them may take long. Undefined when
 * it went well. Throws MPY251, SBX problems.
 */
export async function runBuild(
  { sandbox, root: systemRoot }: PythonHands,
  { limits, program }: ManifestHands,
  { context, details, run, root }: Build,
): Promise<Outcome | undefined> {
  const home = `${context.work}/home`;
  await sandbox.makeFolder(home);
  // a folder that is left from before would count as stubs
  await sandbox.removeFolder(`${root}/build/typeshed`);
  if (details.stubs !== undefined) ensureFolder(`${root}/build/typeshed`);
  if (details.corpora !== undefined) ensureFolder(`${root}/corpora`);
  const readOnly = (source: string, target: string): SandboxMount => ({ source, target, writable: false });
  run.phase('build');
  const { end } = await sandbox.run(
    {
      root: await systemRoot(),
      ...{ layer: undefined, layerWritable: false, user: 'builder', network: false, limits },
      mounts: [
        { source: root, target: inBuild.root, writable: true },
        { source: home, target: '/build/home', writable: true },
        ...(details.stubs === undefined ? [] : [readOnly(details.stubs, inBuild.stubs)]),
        ...(details.corpora === undefined ? [] : [readOnly(details.corpora, inBuild.corpora)]),
        ...program.program.map(({ name, path }) => readOnly(path, `${inBuild.program}/${name}`)),
        readOnly(program.runtime, `${inBuild.program}/runtime`),
      ],
      environment: {
        ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/build/home', LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' },
        NODE_COMPILE_CACHE: `${inBuild.root}/compiled`,
      },
      workingDirectory: inBuild.root,
      command: [
        `${inBuild.program}/runtime`,
        '--disable-warning=ExperimentalWarning',
        `${inBuild.program}/src/cli/main.ts`,
        ...['py', 'build', 'build', 'toplevel', '--dir', inBuild.root, '--graphs', inBuild.graphs],
        ...['--keep-going', '--jobs', String(details.jobs)],
      ],
    },
    { onOutput: run.output, signal: run.signal },
  );
  if (end.kind === 'exited' && end.code === 0) return undefined;
  if (end.kind === 'timed-out') return { kind: 'timed-out', limitMs: end.limitMs };
  if (end.kind === 'canceled') return { kind: 'canceled', requeue: false, reason: 'canceled while running' };
  const how = end.kind === 'exited' ? `exit code ${end.code}` : end.kind;
  throw fault('MPY251', { what: `the build of '${context.target}' ended with ${how}` });
}
