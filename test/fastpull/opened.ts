import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../../src/diagnostics/index.ts';
import { type FastpullOptions, openFastpull } from '../../src/fastpull/index.ts';
import { type Answer, type FarServer, farServer, JumpingClock } from '../fetcher/far-server.ts';

export interface Opened {
  readonly root: string;
  readonly clock: JumpingClock;
  readonly problems: Problem[];
  open(options?: Partial<FastpullOptions>): ReturnType<typeof openFastpull>;
  /** A server of somebody else, closed with the workspace. */
  serve(answer: Answer): Promise<FarServer>;
  close(): Promise<void>;
}

/** A workspace of a test's own. */
export function makeWorkspace(): Opened {
  const root = mkdtempSync(join(tmpdir(), 'fastpull-'));
  const clock = new JumpingClock();
  const problems: Problem[] = [];
  const all: { close(): Promise<void> }[] = [];
  return {
    root,
    clock,
    problems,
    open: (options = {}) => {
      const opened = openFastpull({
        root,
        clock,
        distfilesHost: 'https://cdn.example',
        onProblem: (problem) => problems.push(problem),
        ...options,
      });
      all.push(opened);
      return opened;
    },
    serve: async (answer) => {
      const server = await farServer(answer);
      all.push(server);
      return server;
    },
    close: async () => {
      for (const one of all) await one.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
