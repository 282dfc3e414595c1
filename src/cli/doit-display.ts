import type { RunEvent, RunProgress } from '../app/autogen/index.ts';
import { AppendFile, entryFacts, machine, removeEntry, systemClock } from '../host/index.ts';
import { formatBytes, formatDuration } from '../primitives/index.ts';
import { LiveBlock } from './live-block.ts';
import type { Shell } from './shell.ts';

/** Lines of downloads that a terminal has room for. */
const mostDownloads = 8;

/** That a server is left in peace for a while; the words are the same in every command. */
export function pauseLine({ host, seconds, until }: RunEvent & { readonly kind: 'pause' }): string {
  return `'${host}' asks for a pause of ${formatDuration(seconds * 1000)}: it is asked again at ${until}, others go on`;
}

/** Shows a run of autogens while it goes on, and writes its report as lines of JSON. */
export class DoitDisplay {
  readonly #shell: Shell;
  readonly #report: ((line: string) => void) | undefined;
  #file: AppendFile | undefined;
  #block: LiveBlock | undefined;
  #packages: (RunProgress & { readonly kind: 'packages' }) | undefined;
  readonly #downloads = new Map<string, RunProgress & { readonly kind: 'download' }>();

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

  /** What is under way, on a terminal; elsewhere nothing. */
  progress(progress: RunProgress): void {
    const shell = this.#shell;
    if (shell.quiet || !shell.console.errCanRewrite) return;
    if (progress.kind === 'packages') this.#packages = progress;
    else if (progress.doneBytes === progress.totalBytes) this.#downloads.delete(progress.address);
    else this.#downloads.set(progress.address, progress);
    this.#block ??= new LiveBlock(shell.console, systemClock, () => this.#lines());
  }

  /** Nothing is under way for now. */
  rest(): void {
    this.#block?.end();
    this.#block = undefined;
    this.#downloads.clear();
    this.#packages = undefined;
  }

  #lines(): readonly string[] {
    const packages = this.#packages;
    const head = packages === undefined ? [] : [`${packages.done} of ${packages.total} packages`];
    const downloads = [...this.#downloads.values()].slice(0, mostDownloads).map((one) => {
      const name = one.address.split('/').at(-1) ?? one.address;
      const share = one.totalBytes ? ` ${Math.floor((100 * one.doneBytes) / one.totalBytes)} %` : '';
      return `  ${name} ${formatBytes(one.doneBytes)}${share}`;
    });
    return [...head, ...downloads];
  }

  show(event: RunEvent): void {
    // events come when everything is made: what is shown of the way there is over
    if (event.kind === 'package' || event.kind === 'end') this.rest();
    // a line stays above the block, which comes back with the next progress
    this.#block?.end();
    this.#block = undefined;
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
      case 'pause':
        shell.tell(pauseLine(event));
        return;
      case 'stale':
      case 'end':
        return;
    }
  }

  end(): void {
    this.rest();
    this.#file?.close();
    this.#file = undefined;
  }
}
