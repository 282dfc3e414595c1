import type { Command } from 'commander';
import { servedName } from '../../app/ebins/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { interruptible, untilAborted } from '../../host/index.ts';
import type { Shell } from '../shell.ts';
import { placeOf } from './ebin-options.ts';

const help = `
Serves until it is interrupted: /distfiles/ in content-hash layout (what --mirror and GENTOO_MIRRORS want), /trees/NAME/ with
the files of the repository, /trees/NAME.tar with all of them, and a page with the USE matrices. Nothing can be changed.

Examples:
  packmill ebin serve ./ebins --store ./store
  packmill ebin serve ./ebins --store ./store --listen 0.0.0.0:8080
  curl -s http://127.0.0.1:8080/trees/ebins.tar | tar x -C /var/db/repos/ebins`;

interface ServeWords {
  readonly store: string;
  readonly listen: string;
}

/** `ADDRESS:PORT`, `[ADDRESS]:PORT`, `:PORT` or `PORT`. Throws CLI001. */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits = ''] =
    /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535)
    throw fault('CLI001', {
      what: `'${text}' is no address to listen on`,
      next: 'Say ADDRESS:PORT, such as 127.0.0.1:8080; port 0 is any that is free.',
    });
  return { host: bracketed ?? (plain || '127.0.0.1'), port };
}

/** `packmill ebin serve`. */
export function addServeEbins(command: Command, shell: Shell): void {
  command
    .description('serve a repository and its distfiles over HTTP')
    .argument('<repo>', 'folder of the repository')
    .requiredOption('--store <dir>', 'its store')
    .option('--listen <address>', 'address and port to listen on', '127.0.0.1:8080')
    .addHelpText('after', help)
    .action(async (repo: string, words: ServeWords) => {
      const where = parseListen(words.listen);
      const folders = { repository: placeOf(repo), store: placeOf(words.store) };
      const name = servedName(folders);
      const { startEbinServer } = await import('../../http/index.ts');
      const server = await startEbinServer({
        ...folders,
        ...where,
        name,
        onFault: ({ method, url, error }) => shell.tell(`${method} ${url}: ${String(error)}`),
      });
      shell.print(
        `serving '${name}' at ${server.url}`,
        `  distfiles   ${server.url}/distfiles   (--mirror, or ${server.url} in GENTOO_MIRRORS)`,
        `  repository  ${server.url}/trees/${name}.tar`,
      );
      shell.printJson({
        url: server.url,
        distfiles: `${server.url}/distfiles`,
        tree: `${server.url}/trees/${name}`,
      });
      await interruptible(untilAborted);
      await server.close();
    });
}
