import { join } from 'node:path';
import { type Problem, problem } from '../diagnostics/index.ts';
import type { Fastpull } from '../fastpull/index.ts';
import { type Clock, nextTurn, onStrayRejection } from '../host/index.ts';
import { Slots } from '../primitives/index.ts';
import { cleanAutogens, cleanGenerated } from './clean.ts';
import { type Collected, collectPackages } from './collect-packages.ts';
import { type AutogenFile, discoverAutogens, namedAutogens } from './discover.ts';
import { DistdirCopies } from './distdir-copies.ts';
import { type Queue, queueEntries } from './entries.ts';
import { ModuleLoader } from './load-generator.ts';
import { brokenReports, packageReports } from './make-reports.ts';
import { MirrorList } from './mirror-list.ts';
import { checkRelease } from './release-definition.ts';
import type { PackageReport, RunEvent, RunProgress, RunReport, RunTotals } from './report.ts';
import type { EndedUnit, RunContext, RunSettings } from './run-context.ts';
import { runEntry } from './run-entries.ts';
import { problemOf } from './run-unit.ts';
import { TemplateShelf } from './template-shelf.ts';
import type { MadePackage } from './write-package.ts';
import { writePackages } from './write-packages.ts';

/** What a run is told beside its settings. */
export interface RunOptions {
  readonly settings: RunSettings;
  readonly fastpull: Fastpull;
  readonly clock: Clock;
  /** Autogens that are named; none: all below `folder`. */
  readonly files: readonly string[];
  readonly folder: string;
  readonly category?: string | undefined;
  readonly package?: string | undefined;
  /** Only this rule of the files that are lists. */
  readonly rule?: string | undefined;
  /** Generates at one time; default 64. */
  readonly jobs?: number | undefined;
  /** Pieces of work at one time that keep a processor busy. */
  readonly processors: number;
  /** The first failure ends the run; what has not begun is skipped. */
  readonly failFast: boolean;
  /** Nothing is written into the overlay and the folder of distfiles. */
  readonly dryRun: boolean;
  /** Is handed what each package changes, in place of the overlay and the ledger. */
  readonly take?: ((made: MadePackage) => void) | undefined;
  /** Removes ebuilds of earlier runs that are not made any more. */
  readonly clean: boolean;
  /** Undefined: archives are not copied to a folder of distfiles. */
  readonly distdir: string | undefined;
  /** Files behind the packages that autogens may import. */
  readonly packages: Readonly<Record<string, string>>;
  /** Another one loads modules anew. */
  readonly edition?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/**
 * Runs autogens: all are queued, then run, then everything that succeeded is written package by package, Manifests included
 * (specification 1.10, 1.11). A failure spoils no other package. Throws AGN001, AGN002, AGN029 before anything is run.
 */
export async function runAutogens(options: RunOptions): Promise<RunReport> {
  const run = new Run(options);
  return await run.perform();
}

class Run {
  readonly #options: RunOptions;
  readonly #ended: EndedUnit[] = [];
  readonly #problems: Problem[] = [];
  readonly #context: RunContext;

  constructor(options: RunOptions) {
    this.#options = options;
    const { settings, fastpull, clock, signal, dryRun, distdir } = options;
    const report = (found: Problem): void => this.#report(found);
    const { overlay } = settings;
    this.#context = {
      settings,
      fastpull,
      clock,
      signal,
      report,
      templates: new TemplateShelf(),
      mirrors: new MirrorList({ ...settings, root: overlay.root }),
      distdir: new DistdirCopies({
        folder: settings.production || dryRun ? undefined : distdir,
        ledger: fastpull.ledger('distdir'),
        clock,
        report,
      }),
      cpu: new Slots(options.processors),
      downloads: new Map(),
      flights: new Map(),
      log: (line) => options.onEvent({ kind: 'log', ...line }),
      onDownload: (progress) => options.onProgress?.({ kind: 'download', ...progress }),
    };
  }

  async perform(): Promise<RunReport> {
    const { clock, settings, onEvent } = this.#options;
    const startedMs = clock.monotonicMs();
    checkRelease(settings);
    const files = this.#files();
    const modules = new ModuleLoader(this.#options.packages, this.#options.edition);
    const queue = queueEntries(files, { settings, modules, rule: this.#options.rule });
    for (const found of queue.problems) this.#report(found);
    const packages = queue.entries.reduce((sum, { wishes }) => sum + wishes.length, 0);
    onEvent({ kind: 'begin', root: settings.overlay.root, autogens: files.length, packages });
    await this.#generate(queue);
    const collected = collectPackages(this.#ended);
    for (const found of collected.problems) this.#report(found);
    // no ebuild is durable before what its Manifest names
    await this.#options.fastpull.settle();
    const written = await writePackages(collected.packages, this.#options);
    const reports = [
      ...brokenReports(queue),
      ...packageReports(this.#ended, { collected, written, root: settings.overlay.root }),
    ];
    for (const report of reports) onEvent(report);
    const removed = await this.#clean(reports, collected);
    return this.#finish({ reports, removed, milliseconds: clock.monotonicMs() - startedMs });
  }

  #files(): readonly AutogenFile[] {
    const { files, folder } = this.#options;
    if (files.length > 0) return namedAutogens(files);
    const found = discoverAutogens(folder);
    for (const left of found.problems) this.#report(left);
    return found.files;
  }

  async #generate({ entries, broken }: Queue): Promise<void> {
    const { jobs = 64, failFast, signal, category, onProgress } = this.#options;
    const total = entries.reduce((sum, { wishes }) => sum + wishes.length, 0);
    const strays: unknown[] = [];
    let hasFailed = broken.length > 0;
    const letGo = onStrayRejection((error) => strays.push(error));
    const slots = new Slots(jobs);
    const stopWatching = this.#watchPauses(slots, total);
    try {
      await Promise.all(
        entries.map((entry, index) =>
          runEntry(entry, index, {
            run: this.#context,
            slots,
            category,
            package: this.#options.package,
            isOver: () => signal.aborted || (failFast && hasFailed),
            onEnd: (ended) => {
              hasFailed ||= ended.failure !== undefined;
              this.#ended.push(ended);
              onProgress?.({ kind: 'packages', done: this.#ended.length, total });
            },
          }),
        ),
      );
      // what was thrown last is known to be unhandled one turn later
      await nextTurn();
    } finally {
      stopWatching();
      letGo();
    }
    for (const error of strays) this.#blame(error);
    const { rule } = this.#options;
    const isFiltered = category !== undefined || this.#options.package !== undefined;
    if ((isFiltered || rule !== undefined) && this.#ended.length === 0) {
      const wish = isFiltered
        ? `no package is '${category ?? '*'}/${this.#options.package ?? '*'}'`
        : `no package is of rule '${rule}'`;
      this.#report(problem('AGN033', { what: wish }));
    }
  }

  /** Packages that wait for a host which pauses must not keep those of other hosts from their turn. */
  #watchPauses(slots: Slots, packages: number): () => void {
    const { fastpull, clock, onEvent } = this.#options;
    const over = new AbortController();
    const stop = fastpull.watchPauses(({ host, milliseconds, until }) => {
      const seconds = Math.ceil(milliseconds / 1000);
      onEvent({ kind: 'pause', host, seconds, until: until.toISOString() });
      void clock.sleep(milliseconds, over.signal).then(slots.lend(packages));
    });
    return () => {
      stop();
      over.abort();
    };
  }

  /** An error of a promise that nobody awaited belongs to the package in whose file it was thrown. */
  #blame(error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const at = this.#ended.findIndex(({ unit }) => stack.includes(unit.file));
    const ended = this.#ended[at];
    const subject = ended?.unit ?? { file: '', place: undefined };
    const found = problemOf(error, subject);
    if (ended) this.#ended[at] = { ...ended, failure: ended.failure ?? found };
    else this.#report(found);
  }

  async #clean(reports: readonly PackageReport[], { packages }: Collected): Promise<readonly string[]> {
    const { clean, settings, fastpull, dryRun, signal, category, onEvent } = this.#options;
    if (!clean || signal.aborted || category !== undefined || this.#options.package !== undefined) return [];
    const ran = cleanAutogens(reports);
    const made = [...packages.values()].flatMap(({ catpkg, builds }) =>
      [...builds.keys()].map((name) => join(settings.overlay.root, catpkg, name)),
    );
    const removed = await cleanGenerated({
      root: settings.overlay.root,
      fastpull,
      autogenIds: ran,
      made: new Set(made),
      dryRun,
      signal,
    });
    for (const path of removed) onEvent({ kind: 'removed', path });
    return removed;
  }

  #finish(end: {
    readonly reports: readonly PackageReport[];
    readonly removed: readonly string[];
    readonly milliseconds: number;
  }): RunReport {
    const { reports, removed, milliseconds } = end;
    const { fastpull, onEvent } = this.#options;
    for (const { address, fetchedOn, because } of fastpull.pages.staleUses) {
      onEvent({ kind: 'stale', address, fetchedOn: fetchedOn.toISOString() });
      const what = `the page '${address}' of ${fetchedOn.toISOString()} is used`;
      this.#report(problem('AGN034', { what, why: `The server fails: ${because.what}.` }));
    }
    const count = (wanted: PackageReport['outcome']): number =>
      reports.filter(({ outcome }) => outcome === wanted).length;
    const totals: RunTotals = {
      written: count('written'),
      unchanged: count('unchanged'),
      failed: count('failed'),
      skipped: count('skipped'),
      ebuilds: new Set(reports.flatMap(({ ebuilds }) => ebuilds)).size,
      removed: removed.length,
      stalePages: fastpull.pages.staleUses.length,
      milliseconds: Math.round(milliseconds),
    };
    onEvent({ kind: 'end', ...totals });
    const isFailed = totals.failed > 0 || this.#problems.some(({ severity }) => severity === 'error');
    return { packages: reports, problems: this.#problems, totals, isFailed };
  }

  #report(found: Problem): void {
    this.#problems.push(found);
    this.#options.onEvent({ kind: 'problem', problem: found });
  }
}
