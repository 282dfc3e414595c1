import type { Problem } from '../../diagnostics/index.ts';
import { editedText, type MetroFile, offsetAt, type Program, Workspace } from '../../formats/metro/index.ts';
import { machine } from '../../host/index.ts';
import { diskFiles, readValues, shownVariables } from '../metro/index.ts';

/** What an editor is to look at. */
export interface WorkspaceOptions {
  /** The first file of the program; every open file that it does not collect is one of its own. */
  readonly root: string | undefined;
  /** Values for it, as on a command line. */
  readonly values: readonly string[];
  /** Folders that files may be read from; everywhere when there are none. */
  readonly folders: readonly string[];
}

interface Point {
  readonly line: number;
  readonly character: number;
}

/** What is wrong with a file, in all programs that it is part of. */
export interface FileProblems {
  readonly file: MetroFile | undefined;
  readonly problems: readonly Problem[];
}

/** The programs that an editor works on: the main one, and one for each open file that belongs to no other. */
export class OpenWorkspaces {
  readonly #options: WorkspaceOptions;
  readonly #main: Workspace | undefined;
  readonly #own = new Map<string, Workspace>();
  readonly #texts = new Map<string, string>();
  #published = new Map<string, string>();

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    if (options.root !== undefined)
      this.#main = this.#load(machine.absolute(options.root), readValues(options.values));
  }

  #load(root: string, sets: ReadonlyMap<string, string>): Workspace {
    const files = diskFiles(this.#options.folders);
    return new Workspace({ root, sets, variables: shownVariables(), files, query: true });
  }

  *#all(): Generator<Workspace> {
    if (this.#main) yield this.#main;
    yield* this.#own.values();
  }

  /** Takes the text of a file that was opened, or that was replaced as a whole. */
  open(path: string, text: string): void {
    this.#texts.set(path, text);
    for (const one of this.#all()) one.setText(path, text);
    this.#settle();
  }

  /** Changes a part of an open file. */
  edit(path: string, range: { readonly start: Point; readonly end: Point }, text: string): void {
    const file = this.fileOf(path)?.file;
    if (!file) return;
    const edit = {
      from: offsetAt(file, range.start.line + 1, range.start.character + 1),
      to: offsetAt(file, range.end.line + 1, range.end.character + 1),
      text,
    };
    const before = this.#texts.get(path) ?? file.text;
    this.#texts.set(path, editedText(before, edit));
    for (const one of this.#all()) {
      if (one.has(path)) one.edit(path, edit);
      else one.setText(path, this.#texts.get(path));
    }
    this.#settle();
  }

  close(path: string): void {
    this.#texts.delete(path);
    this.#own.delete(path);
    for (const one of this.#all()) one.setText(path, undefined);
    this.#settle();
  }

  reload(): void {
    for (const one of this.#all()) one.reload();
    this.#settle();
  }

  /** Gives each open file that no other program has one of its own, and takes those away that are not needed. */
  #settle(): void {
    for (const path of this.#texts.keys()) {
      const others = [...this.#all()].filter((one) => one !== this.#own.get(path) && one.has(path));
      if (others.length > 0) this.#own.delete(path);
      else if (!this.#own.has(path)) {
        const own = this.#load(path, new Map());
        for (const [open, text] of this.#texts) own.setText(open, text);
        this.#own.set(path, own);
      }
    }
  }

  /** A file and the program to look at it in. */
  fileOf(path: string): { readonly program: Program; readonly file: MetroFile } | undefined {
    for (const { program } of this.#all()) {
      const file = program?.files.get(path)?.file;
      if (program && file) return { program, file };
    }
    return undefined;
  }

  /** Problems of the files whose problems are others than when this was asked last. */
  changedProblems(): ReadonlyMap<string, FileProblems> {
    const now = new Map<string, Problem[]>();
    for (const one of this.#all()) {
      for (const [path, problems] of one.problems()) now.set(path, [...(now.get(path) ?? []), ...problems]);
    }
    const changed = new Map<string, FileProblems>();
    const published = new Map<string, string>();
    for (const [path, problems] of now) {
      const text = JSON.stringify(problems);
      published.set(path, text);
      if (this.#published.get(path) !== text) changed.set(path, { file: this.fileOf(path)?.file, problems });
    }
    for (const path of this.#published.keys()) {
      if (!now.has(path)) changed.set(path, { file: undefined, problems: [] });
    }
    this.#published = published;
    return changed;
  }
}
