/** Words of bwrap(1) that run a script with the shell of a tree, as its root, in a sandbox that has nothing else. */
export function inCage(root: string, script: string): readonly string[] {
  return [
    ...['--unshare-all', '--die-with-parent', '--clearenv', '--setenv', 'PATH', '/usr/bin:/bin'],
    ...['--uid', '0', '--gid', '0', '--bind', root, '/', '--proc', '/proc', '--dev', '/dev'],
    ...['--tmpfs', '/tmp', '--chdir', '/tmp', '/bin/sh', '-ec', script],
  ];
}
