import { ProblemError } from '../../src/diagnostics/index.ts';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';
import { ordinaryId, type Ran, type Request } from './modes.ts';

/** Runs one sandbox command; a process of its own so that it can be another user and can be killed. */
const request = JSON.parse(process.argv[2] ?? '') as Request;

if (request.ordinary) {
  // Everything is loaded by now, so the sources may lie where that user cannot read.
  process.setgroups?.([]);
  process.setgid?.(ordinaryId);
  process.setuid?.(ordinaryId);
}

async function answer(): Promise<Ran> {
  const driver = new BubblewrapDriver({ folder: request.folder, hidden: request.hidden });
  const { layer } = request.command;
  if (layer !== undefined && request.contents !== undefined) {
    await driver.prepareLayer(layer, request.command.root, request.contents);
  }
  for (const mount of request.command.mounts) {
    if (mount.writable) await driver.makeFolder(mount.source);
  }
  const pieces: Uint8Array[] = [];
  const signal = request.abortAfterMs === undefined ? undefined : AbortSignal.timeout(request.abortAfterMs);
  const text = (): string => Buffer.concat(pieces).toString('utf8');
  // A JSON value cannot say undefined.
  const limits = { memoryBytes: undefined, processes: undefined, outputBytes: undefined };
  const command = { ...request.command, layer, limits: { ...limits, ...request.command.limits } };
  try {
    const result = await driver.run(command, { onOutput: (bytes) => pieces.push(bytes), signal });
    return { result, output: text() };
  } catch (error) {
    if (error instanceof ProblemError) return { problem: error.problem, output: text() };
    throw error;
  }
}

process.stdout.write(JSON.stringify(await answer()));
