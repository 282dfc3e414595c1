import { posix } from 'node:path';
import type { Problem } from '../../diagnostics/index.ts';
import type { CdnTarget } from '../../fastpull/index.ts';
import { makeTemporaryFolder, removeTree, replaceFile, systemClock } from '../../host/index.ts';
import { atOnce } from '../../primitives/index.ts';
import { SftpSession, type SshServer } from '../../ssh/index.ts';

export interface SftpTargetOptions {
  readonly server: SshServer;
  /** Root of the public layout there. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly onProblem: (problem: Problem) => void;
}

/** Sessions at the same time; each file has a folder of its own, and a session serves one folder. */
const sessions = 4;

/** A folder on another machine, reached by SFTP: no program is needed there. */
export function sftpTarget({ server, folder, stateFolder, onProblem }: SftpTargetOptions): CdnTarget {
  const session = new SftpSession({ server, stateFolder, clock: systemClock, onProblem });
  const send = async (localPath: string, path: string): Promise<void> => {
    const whole = posix.join(folder, path);
    await session.upload([{ localPath, name: posix.basename(whole) }], posix.dirname(whole));
  };
  return {
    name: `${server.user}@${server.host}:${folder}`,
    sizes: (paths) => session.sizes(paths.map((path) => posix.join(folder, path))),
    put: async (files) => {
      await atOnce(files, { most: sessions }, ({ localPath, path }) => send(localPath, path));
    },
    putText: async (path, text) => {
      const temporary = makeTemporaryFolder('packmill-cdn-');
      try {
        replaceFile(`${temporary}/text`, text);
        await send(`${temporary}/text`, path);
      } finally {
        await removeTree(temporary);
      }
    },
  };
}
