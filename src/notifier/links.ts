/** An address that more can be put after. */
export const withoutEndSlash = (address: string): string => address.replace(/\/+$/, '');

/** Address of the log viewer for one revision (specification 18.3). */
export function viewerLink(logsUrl: string, pkgbase: string, timestamp: number): string {
  const joint = logsUrl.includes('?') ? '&' : '?';
  return `${logsUrl}${joint}timestamp=${timestamp}&id=${encodeURIComponent(pkgbase)}`;
}

/** Address of the same log as plain text, which telephones can show. */
export const plainLogLink = (base: string, pkgbase: string, timestamp: number): string =>
  `${withoutEndSlash(base)}/api/logs/${encodeURIComponent(pkgbase)}/${timestamp}`;

/** Where the manager is, told by the address of its viewer: `/logs.html` and `/logs/logs.html` are both its pages. */
export function baseOfViewer(logsUrl: string): string {
  const path = logsUrl.replace(/[?#].*$/, '');
  return withoutEndSlash(
    path.replace(/\/(?:logs\/)?logs\.html$/, '').replace(/(?<![:/])\/[^/]*\.html?$/, ''),
  );
}

/** `sha` and pipeline of `sha` or `sha:pipeline`; the second one only when it is the number it has to be. */
export function splitCommit(
  commit: string | undefined,
  pipeline: string | undefined,
): { readonly sha: string | undefined; readonly pipelineId: number | undefined } {
  const [sha, rest] = (commit ?? '').split(':');
  const wanted = pipeline ?? rest ?? '';
  return {
    sha: sha === '' ? undefined : sha,
    pipelineId: /^\d{1,15}$/.test(wanted) ? Number(wanted) : undefined,
  };
}

/**
 * The address of a git repository for browsers, without credentials and `.git`; that of an SSH address is taken
 * to be the same with https. Undefined for folders of this machine.
 */
export function webAddress(gitUrl: string): string | undefined {
  const scp = gitUrl.includes('://') ? null : /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(\S+)$/.exec(gitUrl);
  const url = URL.parse(scp ? `https://${scp[1]}/${scp[2]}` : gitUrl);
  if (!url || url.hostname === '' || url.protocol === 'file:') return undefined;
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  const origin = isWeb ? url.origin : `https://${url.hostname}`;
  return origin + withoutEndSlash(url.pathname).replace(/\.git$/, '');
}

/** Address of a commit: GitLab has `/-/` in it, GitHub has not; told apart by the name of the host. */
export function commitLink(gitUrl: string, sha: string): string | undefined {
  const address = webAddress(gitUrl);
  if (address === undefined) return undefined;
  const isGithub = /github/i.test(new URL(address).hostname);
  return `${address}${isGithub ? '' : '/-'}/commit/${encodeURIComponent(sha)}`;
}
