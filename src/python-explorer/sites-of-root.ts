import type { SandboxCommand } from '../sandbox/index.ts';
import {
  insidePython,
  type PythonCage,
  type PythonEnvironment,
  pythonCommand,
} from './python-environment.ts';

const ask = 'import json, site; print(json.dumps(site.getsitepackages()))';
const limits: SandboxCommand['limits'] = {
  timeoutMs: 60_000,
  killGraceMs: 500,
  memoryBytes: 512 * 1024 ** 2,
  processes: 64,
  outputBytes: 64 * 1024,
};

/** Folders in which the interpreter of a root has what is installed for it, as it says itself; none when it says nothing of use. Throws SBX problems. */
export async function sitesOfRoot(
  cage: PythonCage,
  environment: PythonEnvironment,
): Promise<readonly string[]> {
  const said: string[] = [];
  const command = pythonCommand(cage, environment, {
    ...{ command: [insidePython(environment), '-c', ask], mounts: [], limits },
  });
  await cage.sandbox.run(command, {
    onOutput: (bytes) => said.push(Buffer.from(bytes).toString('utf8')),
    signal: cage.signal,
  });
  try {
    const paths: unknown = JSON.parse(said.join('').trim().split('\n').at(-1) ?? '');
    return Array.isArray(paths) ? paths.filter((one) => typeof one === 'string' && one.startsWith('/')) : [];
  } catch {
    return [];
  }
}
