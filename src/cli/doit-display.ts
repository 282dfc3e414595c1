import type { RunEvent } from '../app/autogen/index.ts';
import { AppendFile, entryFacts, machine, removeEntry } from '../host/index.ts';
import type { Shell } from './shell.ts';

/** Shows a run of autogens while it goes on, and writes its report as lines of JSON. */
export class DoitDisplay {
  readonly #shell: Shell;
  readonly #report: ((line: string) => void) | undefined;
  #file: AppendFile | undefined;

  /** `report`: path of the report; `-` is standard output; undefined: none. */
  constructor(shell: Shell, report: string | undefined) {
    this.#shell = shell;
    if (report === undefined) return;
    if (report === '-') this.#report = (line) => shell.console.out(line);
    else {
      const path = machine.absolute(report);
      // a report of its own for each run; a pipe is written to as it is
      if (entryFacts(path)?.kind === 'file') removeEntry(path);
      const file = new AppendFile(path);
      this.#file = file;
      this.#report = (line) => file.append(Buffer.from(line));
    }
  }

  show(event: RunEvent): void {
    this.#report?.(`${JSON.stringify(event)}\n`);
    const shell = this.#shell;
    switch (event.kind) {
      case 'begin':
        shell.tell(`${event.autogens} autogens, ${event.packages} packages`);
        return;
      case 'package':
        if (event.problem) shell.complain(event.problem);
        for (const remark of event.remarks) shell.complain(remark);
        if (event.outcome === 'written') shell.tell(`${event.label}: ${event.changed.join(', ')}`);
        else if (shell.verbose) shell.tell(`${event.label}: ${event.outcome}`);
        return;
      case 'diff':
        if (this.#report === undefined || this.#file) shell.print(event.text.trimEnd());
        return;
      case 'removed':
        shell.tell(`removed: ${event.path}`);
        return;
      case 'problem':
        shell.complain(event.problem);
        return;
      case 'log':
        if (event.level !== 'debug' || shell.verbose) {
          shell.tell(`${event.autogenId}: ${event.level === 'info' ? '' : `${event.level}: `}${event.text}`);
        }
        return;
      case 'stale':
      case 'end':
        return;
    }
  }

  end(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
