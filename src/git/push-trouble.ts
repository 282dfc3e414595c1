import { fault, type ProblemError } from '../diagnostics/index.ts';
import type { ProcessResult } from '../host/index.ts';
import { lastWords, remoteTrouble } from './remote-trouble.ts';

/** How git says that the other side is not where we thought. */
const moved =
  /\[rejected\] \((?:non-fast-forward|fetch first|stale info|needs force|already exists|remote ref updated since checkout)\)|unable to delete '[^']*': remote ref does not exist|\[remote (?:rejected|failure)\] \((?:failed to update ref|cannot lock ref|incorrect old value|reference already exists|failed to lock|atomic transaction failed)|error: cannot lock ref '/;
/** How git, GitLab and GitHub say that we may not. */
const refused =
  /\[remote rejected\]|pre-receive hook declined|hook declined|protected branch|not allowed to (?:force )?push|marked as read only|[Pp]ermission to \S+ denied|write access|receive-pack.*not (?:enabled|permitted)|service not enabled|the receiving end does not support --atomic/;

/** Whether the other side takes no push options, so that nothing was pushed yet. */
export function takesNoOptions(result: ProcessResult): boolean {
  return /receiving end does not support push options/.test(result.stderr);
}

/** The problem of a push that failed: GIT007 (moved meanwhile), GIT009 (refused), or that of any talk with a server. */
export function pushTrouble(shown: string, result: ProcessResult): ProblemError {
  const words = `${result.stdout}\n${result.stderr}`;
  const rows = refRows(result.stdout);
  const isDeclined = /hook declined/.test(words);
  if (result.why === 'ended' && !isDeclined && moved.test(words)) {
    return fault('GIT007', {
      what: `'${shown}' has moved: ${rows || 'a branch or tag is not where it was'}`,
      why: remoteWords(result.stderr),
    });
  }
  if (result.why === 'ended' && refused.test(words)) {
    return fault('GIT009', {
      what: `'${shown}' refuses the push${rows && `: ${rows}`}`,
      why: remoteWords(result.stderr) ?? lastWords(result.stderr),
    });
  }
  return remoteTrouble(shown, result);
}

/** The refs that failed for a reason of their own, from `git push --porcelain`. */
function refRows(stdout: string): string {
  const rows = stdout.split('\n').flatMap((line) => {
    const [flag, refs = '', summary = ''] = line.split('\t');
    if (
      flag !== '!' ||
      summary.includes('atomic push failed') ||
      summary.includes('atomic transaction failed')
    )
      return [];
    const name = refs.slice(refs.indexOf(':') + 1).replace(/^refs\/(?:heads|tags)\//, '');
    return [`'${name}' ${summary}`];
  });
  return rows.join(', ');
}

/** What the server itself has to say, without the frames that GitLab and GitHub draw around it. */
function remoteWords(stderr: string): string | undefined {
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length).trim())
    .filter((line) => line !== '' && !/^[=*-]+$/.test(line));
  return lines.length === 0 ? undefined : lastWords(lines.slice(0, 6).join('\n'));
}
