import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  CompletionItemKind,
  type Connection,
  createConnection,
  type Diagnostic,
  DiagnosticSeverity,
  ErrorCodes,
  type InitializeResult,
  type Location,
  type Position,
  type Range,
  ResponseError,
  TextDocumentSyncKind,
  type TextEdit,
} from 'vscode-languageserver/node';
import { isFault, type Problem } from '../../diagnostics/index.ts';
import {
  completionsAt,
  definitionsAt,
  type FileRange,
  formatMetro,
  hoverAt,
  type MetroFile,
  offsetAt,
  type Program,
  placeAt,
  renameAt,
  syntaxProblems,
  usesAt,
} from '../../formats/metro/index.ts';
import { OpenWorkspaces, type WorkspaceOptions } from './open-workspaces.ts';

/** The two ends of a connection to an editor. */
export interface EditorStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/**
 * Speaks the Language Server Protocol with an editor until it says 'exit' or goes away, which ends the process: diagnostics, hover,
 * definition, references, completion, rename and formatting. Every open file is looked at in the programs that collect it, or
 * as the first file of one.
 */
export function serveEditor(streams: EditorStreams, options: WorkspaceOptions): void {
  const connection = createConnection(streams.input, streams.output);
  const server = new LanguageServer(connection, new OpenWorkspaces(options));
  server.listen();
}

const capabilities: InitializeResult['capabilities'] = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  completionProvider: { triggerCharacters: ['[', ':', '/'] },
  renameProvider: true,
  documentFormattingProvider: true,
};

/** A place that an editor asks about. */
interface AskedPlace {
  readonly textDocument: { readonly uri: string };
  readonly position: Position;
}

class LanguageServer {
  readonly #connection: Connection;
  readonly #open: OpenWorkspaces;
  constructor(connection: Connection, open: OpenWorkspaces) {
    this.#connection = connection;
    this.#open = open;
  }

  listen(): void {
    const connection = this.#connection;
    connection.onInitialize(() => ({ capabilities, serverInfo: { name: 'packmill metro' } }));
    connection.onInitialized(() => this.#publish());
    connection.onDidOpenTextDocument(({ textDocument }) => {
      this.#open.open(fileURLToPath(textDocument.uri), textDocument.text);
      this.#publish();
    });
    connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
      const path = fileURLToPath(textDocument.uri);
      for (const change of contentChanges) {
        if ('range' in change) this.#open.edit(path, change.range, change.text);
        else this.#open.open(path, change.text);
      }
      this.#publish();
    });
    connection.onDidCloseTextDocument(({ textDocument }) => {
      this.#open.close(fileURLToPath(textDocument.uri));
      this.#publish();
    });
    connection.onDidChangeWatchedFiles(() => {
      this.#open.reload();
      this.#publish();
    });
    this.#answer();
    connection.listen();
  }

  #answer(): void {
    const connection = this.#connection;
    connection.onHover((asked) =>
      this.#at(asked, (program, file, offset) => {
        const hover = hoverAt(program, file, offset);
        if (!hover) return null;
        const value = `\`\`\`\n${[...hover.value, '', ...hover.provenance].join('\n')}\n\`\`\``;
        return { contents: { kind: 'markdown' as const, value }, range: rangeIn(file, hover.range) };
      }),
    );
    connection.onDefinition((asked) => this.#at(asked, (...at) => locations(at[0], definitionsAt(...at))));
    connection.onReferences((asked) => this.#at(asked, (...at) => locations(at[0], usesAt(...at))));
    connection.onCompletion((asked) =>
      this.#at(asked, (program, file, offset) =>
        completionsAt(program, file, offset).map(({ label, kind, range }) => ({
          label,
          kind: completionKinds[kind],
          textEdit: { range: rangeIn(file, range), newText: label },
        })),
      ),
    );
    connection.onRenameRequest((asked) =>
      this.#at(asked, (program, file, offset) => ({
        changes: editsByUri(program, renameAt(program, file, { offset, newName: asked.newName })),
      })),
    );
    connection.onDocumentFormatting(({ textDocument }) => {
      const file = this.#open.fileOf(fileURLToPath(textDocument.uri))?.file;
      if (!file || syntaxProblems(file).some(({ severity }) => severity === 'error')) return null;
      const newText = formatMetro(file);
      return newText === file.text
        ? []
        : [{ range: rangeIn(file, { from: 0, to: file.text.length }), newText }];
    });
  }

  /** Answers a question about a place; null for files that are not open. Faults of the question are errors of the protocol. */
  #at<Answer>(
    { textDocument, position }: AskedPlace,
    answer: (program: Program, file: MetroFile, offset: number) => Answer,
  ): Answer | null | ResponseError<void> {
    const found = this.#open.fileOf(fileURLToPath(textDocument.uri));
    if (!found) return null;
    try {
      return answer(
        found.program,
        found.file,
        offsetAt(found.file, position.line + 1, position.character + 1),
      );
    } catch (error) {
      if (!isFault(error)) throw error;
      const { code, what } = error.problem;
      return new ResponseError(ErrorCodes.InvalidParams, `${code} ${what}`);
    }
  }

  #publish(): void {
    for (const [path, { file, problems }] of this.#open.changedProblems()) {
      const diagnostics = problems.map((problem) => diagnosticOf(problem, file));
      void this.#connection.sendDiagnostics({ uri: pathToFileURL(path).href, diagnostics });
    }
  }
}

const completionKinds = {
  element: CompletionItemKind.Variable,
  block: CompletionItemKind.Struct,
  word: CompletionItemKind.Keyword,
};

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
};

function diagnosticOf(problem: Problem, file: MetroFile | undefined): Diagnostic {
  const { place, code, severity, what, why, next } = problem;
  const from = file ? offsetAt(file, place?.line ?? 1, place?.column ?? 1) : 0;
  const zero = { line: 0, character: 0 };
  return {
    range: file ? rangeIn(file, { from, to: wordEnd(file.text, from) }) : { start: zero, end: zero },
    severity: severities[severity],
    code,
    source: 'metro',
    message: [what, why, next].filter((part) => part !== undefined).join('\n'),
  };
}

/** The end of the reference or word that begins at an offset. */
function wordEnd(text: string, from: number): number {
  const rest = text.slice(from, from + 200);
  const match = /^\$\[\[?[^\]\n\r]*\]{0,2}|^\[[^\]\n\r]*\]|^[^\s]+/.exec(rest);
  return from + (match?.[0].length ?? 0);
}

function positionAt(file: MetroFile, offset: number): Position {
  const { line, column } = placeAt(file, offset);
  return { line: line - 1, character: column - 1 };
}

function rangeIn(file: MetroFile, { from, to }: { readonly from: number; readonly to: number }): Range {
  return { start: positionAt(file, from), end: positionAt(file, to) };
}

function locations(program: Program, ranges: readonly FileRange[]): Location[] {
  return ranges.flatMap((range) => {
    const file = program.files.get(range.path)?.file;
    return file ? [{ uri: pathToFileURL(range.path).href, range: rangeIn(file, range) }] : [];
  });
}

function editsByUri(
  program: Program,
  edits: readonly (FileRange & { readonly text: string })[],
): Record<string, TextEdit[]> {
  const byUri: Record<string, TextEdit[]> = {};
  for (const edit of edits) {
    const file = program.files.get(edit.path)?.file;
    if (!file) continue;
    const uri = pathToFileURL(edit.path).href;
    byUri[uri] ??= [];
    byUri[uri].push({ range: rangeIn(file, edit), newText: edit.text });
  }
  return byUri;
}
