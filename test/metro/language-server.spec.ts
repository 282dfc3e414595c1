import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createProtocolConnection,
  type Diagnostic,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

const packmill = join(import.meta.dirname, '../../bin/packmill');
const root = `[section path]
: /srv
mirror: $[]/mirror
target: $[path/mirror]/$[target/name]
[collect ./target]
`;
const target =
  '[section target]\nname: stage3\nfile: $[path/target]/$[:name].tar\nsteps: [\n$[[setup]]\necho $[:file]\n]\n';

describe('the language server, asked by a client of the protocol', () => {
  let folder = '';
  let server: ChildProcess;
  let client: ProtocolConnection;
  const waiting: {
    readonly wanted: (uri: string, all: readonly Diagnostic[]) => boolean;
    readonly resolve: () => void;
  }[] = [];
  const latest = new Map<string, readonly Diagnostic[]>();
  const uri = (name: string): string => pathToFileURL(join(folder, name)).href;
  const codes = (name: string): readonly unknown[] => (latest.get(uri(name)) ?? []).map(({ code }) => code);

  /** Resolves when the diagnostics of a file have exactly these codes. */
  const untilCodes = (name: string, wanted: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const isThere = (): boolean =>
        latest.has(uri(name)) && JSON.stringify(codes(name)) === JSON.stringify(wanted);
      if (isThere()) resolve();
      else waiting.push({ wanted: isThere, resolve });
    });
  const at = (name: string, line: number, character: number) => ({
    textDocument: { uri: uri(name) },
    position: { line, character },
  });
  let version = 1;
  const change = (
    name: string,
    line: number,
    [from, to, text]: readonly [number, number, string],
  ): Promise<void> => {
    version += 1;
    const range = { start: { line, character: from }, end: { line, character: to } };
    return client.sendNotification('textDocument/didChange', {
      textDocument: { uri: uri(name), version },
      contentChanges: [{ range, text }],
    });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'packmill-metro-editor-'));
    writeFileSync(join(folder, 'farm.conf'), root);
    writeFileSync(join(folder, 'target'), target);
    server = spawn(packmill, ['metro', 'lsp', '--stdio', '--file', join(folder, 'farm.conf')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout, stdin } = server;
    if (!stdout || !stdin) throw new Error('the server has pipes');
    client = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    client.onNotification(
      'textDocument/publishDiagnostics',
      (told: { uri: string; diagnostics: Diagnostic[] }) => {
        latest.set(told.uri, told.diagnostics);
        for (const one of waiting.splice(0)) {
          if (one.wanted(told.uri, told.diagnostics)) one.resolve();
          else waiting.push(one);
        }
      },
    );
    client.listen();
    await client.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await client.sendNotification('initialized', {});
    for (const [name, text] of [
      ['farm.conf', root],
      ['target', target],
    ]) {
      const textDocument = { uri: uri(name as string), languageId: 'metro', version: 1, text };
      await client.sendNotification('textDocument/didOpen', { textDocument });
    }
  });
  afterAll(async () => {
    await client.sendRequest('shutdown');
    const ended = once(server, 'exit');
    await client.sendNotification('exit');
    expect(await ended).toEqual([0, null]);
    client.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells mistakes with place and next step, and takes them back when they are mended', async () => {
    await untilCodes('target', ['MTR021']);
    const [wrong] = latest.get(uri('target')) ?? [];
    expect(wrong?.range).toEqual({ start: { line: 4, character: 0 }, end: { line: 4, character: 10 } });
    await change('target', 4, [0, 10, 'echo']);
    await untilCodes('target', []);
    await change('farm.conf', 2, [0, 6, 'miror']);
    await untilCodes('farm.conf', ['MTR021']);
    expect(latest.get(uri('farm.conf'))?.[0]?.message).toContain("'path/miror'");
    await change('farm.conf', 2, [0, 5, 'mirror']);
    await untilCodes('farm.conf', []);
  });

  it('shows the value of a name and where it comes from', async () => {
    const hover = await client.sendRequest<{ contents: { value: string } }>(
      'textDocument/hover',
      at('target', 2, 12),
    );
    expect(hover.contents.value).toContain('/srv/mirror/stage3');
    expect(hover.contents.value).toContain('farm.conf:4:1');
  });

  it('goes to definitions, in other files and to files that are collected', async () => {
    expect(await client.sendRequest('textDocument/definition', at('target', 2, 12))).toEqual([
      { uri: uri('farm.conf'), range: { start: { line: 3, character: 0 }, end: { line: 3, character: 6 } } },
    ]);
    expect(await client.sendRequest('textDocument/definition', at('farm.conf', 4, 12))).toMatchObject([
      { uri: uri('target') },
    ]);
    const uses = await client.sendRequest<readonly { uri: string }[]>('textDocument/references', {
      ...at('target', 1, 1),
      context: { includeDeclaration: true },
    });
    expect(uses.map((one) => one.uri)).toEqual([uri('target'), uri('farm.conf'), uri('target')]);
  });

  it('completes names and modifiers', async () => {
    await change('target', 1, [12, 12, ' $[path/m']);
    const names = await client.sendRequest<readonly { label: string }[]>(
      'textDocument/completion',
      at('target', 1, 21),
    );
    expect(names.map(({ label }) => label)).toEqual(['path/mirror']);
    await change('target', 1, [12, 21, ' $[path:']);
    const modifiers = await client.sendRequest<readonly { label: string }[]>(
      'textDocument/completion',
      at('target', 1, 20),
    );
    expect(modifiers.map(({ label }) => label)).toEqual(['zap', 'lax']);
    await change('target', 1, [12, 20, '']);
  });

  it('renames an element wherever it is used, and refuses names that cannot be', async () => {
    const asked = { ...at('target', 1, 1), newName: 'target/called' };
    const { changes } = await client.sendRequest<{ changes: Record<string, { newText: string }[]> }>(
      'textDocument/rename',
      asked,
    );
    expect(changes[uri('farm.conf')]?.map(({ newText }) => newText)).toEqual(['$[target/called]']);
    expect(changes[uri('target')]?.map(({ newText }) => newText)).toEqual(['called', '$[:called]']);
    await expect(client.sendRequest('textDocument/rename', { ...asked, newName: 'other' })).rejects.toThrow(
      'MTR073',
    );
  });

  it('formats, and keeps blocks as they are', async () => {
    await change('target', 1, [5, 5, '    ']);
    const edits = await client.sendRequest<readonly { newText: string }[]>('textDocument/formatting', {
      textDocument: { uri: uri('target') },
      options: { tabSize: 2, insertSpaces: true },
    });
    expect(edits[0]?.newText).toContain('\nname: stage3\n');
    await change('target', 1, [5, 9, '']);
  });

  it('looks at a file that the program does not collect as one of its own', async () => {
    const text = 'a: $[nowhere]\n';
    const textDocument = { uri: uri('other'), languageId: 'metro', version: 1, text };
    await client.sendNotification('textDocument/didOpen', { textDocument });
    await untilCodes('other', ['MTR021']);
    await client.sendNotification('textDocument/didClose', { textDocument: { uri: uri('other') } });
    await untilCodes('other', []);
  });
});
