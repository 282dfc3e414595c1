import type { Command } from 'commander';
import { type DynamicRecord, printExtendedJson, scopesOf, type Workspace } from '../../app/fastpull/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import type { Shell } from '../shell.ts';
import { withWorkspace } from './blos.ts';

interface ScopeOptions {
  readonly scope?: string;
}

/** `packmill dynamic …`: the archives that autogens made, by name and key. */
export function addDynamic(program: Command, shell: Shell): void {
  const dynamic = program.command('dynamic').description('the archives that autogens made, by name and key');
  dynamic
    .command('ls')
    .description('list archives')
    .option('--scope <name>', 'only of this scope')
    .action((options: ScopeOptions) =>
      withWorkspace(shell, {}, async (workspace) => {
        const scopes = options.scope === undefined ? scopesOf(workspace.parts, 'dynamic') : [options.scope];
        const all = scopes.flatMap((scope) =>
          [...workspace.dynamic(scope).list()].map((archive) => ({ scope, archive })),
        );
        shell.printJson(all.map(({ scope, archive }) => ({ scope, ...shown(archive) })));
        for (const { scope, archive } of all) {
          const size = archive.blob ? formatBytes(archive.blob.sizeBytes) : 'gone';
          shell.print(`${archive.index.slice(0, 16)}  ${scope}  ${size}  ${nameOf(archive)}`);
        }
      }),
    );
  dynamic
    .command('show <index>')
    .description('show one archive; the beginning of its index is enough')
    .option('--scope <name>', 'dynamic scope (default: local)')
    .action((index: string, options: ScopeOptions) =>
      withWorkspace(shell, options, async (workspace) => {
        const archive = findArchive(workspace, index);
        shell.printJson(shown(archive));
        shell.print(
          `index     ${archive.index}`,
          `key       ${printExtendedJson(archive.key)}`,
          `metadata  ${printExtendedJson(archive.metadata)}`,
          `sha512    ${archive.sha512}`,
          `file      ${archive.blob?.path ?? 'gone'}`,
        );
      }),
    );
  dynamic
    .command('rm <index...>')
    .description('forget archives, so that they are made again; their objects stay until the collection')
    .option('--scope <name>', 'dynamic scope (default: local)')
    .action((indexes: string[], options: ScopeOptions) =>
      withWorkspace(shell, options, async (workspace) => {
        const archives = indexes.map((index) => findArchive(workspace, index));
        for (const { index } of archives) await workspace.dynamic().remove(index);
        shell.printJson({ removed: archives.map(({ index }) => index) });
        for (const archive of archives) shell.print(`forgotten: ${nameOf(archive)}`);
      }),
    );
}

function findArchive(workspace: Workspace, beginning: string): DynamicRecord {
  const found = [...workspace.dynamic().list()].filter(({ index }) => index.startsWith(beginning));
  const [archive, second] = found;
  if (archive && !second) return archive;
  const what = second
    ? `${found.length} archives begin with '${beginning}'`
    : `no archive begins with '${beginning}'`;
  throw fault('FPL018', { what });
}

function nameOf({ key, metadata, sha512 }: DynamicRecord): string {
  const name = key['final_name'] ?? metadata['final_name'];
  return typeof name === 'string' ? name : sha512;
}

function shown({ index, key, metadata, sha512, blob }: DynamicRecord): object {
  // as they are stored: JSON alone cannot tell their types apart
  const plain = (value: DynamicRecord['key']): unknown => JSON.parse(printExtendedJson(value));
  return { index, key: plain(key), metadata: plain(metadata), sha512, path: blob?.path };
}
