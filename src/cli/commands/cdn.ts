import type { Command } from 'commander';
import {
  type CdnTarget,
  folderTarget,
  pushObjects,
  sftpTarget,
  type Workspace,
} from '../../app/fastpull/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { interruptible, machine, untilAborted } from '../../host/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { parsePort } from '../parse-port.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { withWorkspace } from './blos.ts';

interface PushOptions {
  readonly key?: string | undefined;
  readonly knownHosts?: string | undefined;
}

/** `packmill cdn …`: objects in the layout that Portage asks mirrors for. */
export function addCdn(program: Command, shell: Shell): void {
  const cdn = program.command('cdn').description('objects in the layout that Portage asks mirrors for');
  cdn
    .command('serve')
    .description('serve objects over HTTP until interrupted')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', parsePort, 8080)
    .action((options: { host: string; port: number }) =>
      withWorkspace(shell, {}, async ({ blos }) => {
        const { startCdnServer } = await import('../../http/index.ts');
        const server = await startCdnServer(blos, options);
        shell.print(`serving objects at ${server.url}`);
        shell.printJson({ url: server.url });
        await interruptible(untilAborted);
        await server.close();
      }),
    );
  cdn
    .command('export <folder>')
    .description('make a static tree with all objects, for any web server')
    .option('--copy', 'copies instead of hard links, for folders that others may write to')
    .action((folder: string, options: { copy?: boolean }) =>
      withWorkspace(shell, {}, (workspace) =>
        push(workspace, folderTarget(machine.absolute(folder), options), shell),
      ),
    );
  cdn
    .command('push <place>')
    .description('send objects that are not there yet to a folder, or by SFTP to ssh://user@host:port/folder')
    .option('--key <file>', 'private key for SFTP')
    .option('--known-hosts <file>', 'known_hosts file that names the host')
    .action((place: string, options: PushOptions) =>
      withWorkspace(shell, {}, (workspace) =>
        push(workspace, targetOf(place, options, workspace, shell), shell),
      ),
    );
}

/** The place that objects are sent to. Throws SSH008 when something is missing for SFTP. */
export function targetOf(place: string, options: PushOptions, workspace: Workspace, shell: Shell): CdnTarget {
  if (!place.startsWith('ssh://')) return folderTarget(machine.absolute(place), { copy: true });
  const url = URL.parse(place);
  const { key: keyFile, knownHosts } = options;
  if (!url?.username || url.pathname.length < 2 || keyFile === undefined) {
    throw fault('SSH008', { what: `'${place}' needs a user, a folder, and a key by --key` });
  }
  return sftpTarget({
    server: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? undefined : Number(url.port),
      user: decodeURIComponent(url.username),
      keyFile: machine.absolute(keyFile),
      knownHosts: knownHosts && machine.absolute(knownHosts),
    },
    folder: decodeURIComponent(url.pathname),
    stateFolder: workspace.storesFolder,
    onProblem: (problem) => shell.complain(problem),
  });
}

async function push(workspace: Workspace, target: CdnTarget, shell: Shell): Promise<void> {
  const report = await pushObjects(workspace.parts, target);
  shell.printJson(report);
  const { sent, sentBytes, there, damaged } = report;
  shell.print(`${sent} objects sent (${formatBytes(sentBytes)}), ${there} were there`);
  for (const sha512 of damaged) shell.print(`missing or damaged here: ${sha512}`);
  if (damaged.length > 0) shell.exitCode = exitCodes.failed;
}
