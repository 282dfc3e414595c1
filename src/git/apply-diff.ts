import { fault } from '../diagnostics/index.ts';
import { runProcess } from '../host/index.ts';
import { gitEnvironment, plainSsh } from './git-program.ts';
import { lastWords } from './remote-trouble.ts';

/**
 * Applies a unified diff (of `git diff`, `git format-patch` or diff(1)) to the files of a folder that is no
 * repository; git refuses paths that lead out of it. Throws REV003 when it does not fit, SYS001, SYS002.
 */
export async function applyDiff(folder: string, diff: Uint8Array): Promise<void> {
  const environment = {
    ...gitEnvironment('/dev/null', plainSsh),
    // a repository around the folder has no say in it
    GIT_DIR: '/nonexistent',
    GIT_CEILING_DIRECTORIES: folder,
  };
  const result = await runProcess('git', ['apply', '--whitespace=nowarn', '-'], {
    cwd: folder,
    env: environment,
    input: diff,
  });
  if (result.code === 0) return;
  throw fault('REV003', { what: 'a diff does not fit the recipes', why: lastWords(result.stderr) });
}
