import { relative } from 'node:path';
import type { MadePackage, PackageReport, RunReport } from '../autogen/index.ts';
import { fault, problem } from '../diagnostics/index.ts';
import { isAutogenName, isCategoryName, isPackageName, parsePackageId } from '../formats/gentoo/index.ts';
import { type FileTree, kindsIn, pathKind, readFileTree } from '../host/index.ts';
import type { PackageFailure, RegenEvent, RegenServices } from './contract.ts';

/** A folder of a checkout after its autogens ran. */
export interface GeneratedFolder {
  /** Paths relative to the folder. */
  readonly files: FileTree;
  readonly failures: readonly PackageFailure[];
}

/** More than any tree of ebuilds has. */
const mostBytes = 4 * 1024 ** 3;

/** Runs the autogens of folders, each once however many kits take from it. */
export class FolderRuns {
  readonly #runAutogens: RegenServices['runAutogens'];
  readonly #onEvent: (event: RegenEvent) => void;
  readonly #done = new Map<string, Promise<GeneratedFolder>>();

  constructor(runAutogens: RegenServices['runAutogens'], onEvent: (event: RegenEvent) => void) {
    this.#runAutogens = runAutogens;
    this.#onEvent = onEvent;
  }

  /** `key` tells apart what is laid out in one folder one after the other. Throws what a run of autogens throws before it begins. */
  run(folder: string, key = folder): Promise<GeneratedFolder> {
    const done = this.#done.get(key) ?? this.#run(folder);
    this.#done.set(key, done);
    return done;
  }

  async #run(folder: string): Promise<GeneratedFolder> {
    if (pathKind(folder) !== 'folder') return { files: new Map(), failures: [] };
    const skip = new Set(['.git']);
    if (!hasAutogen(folder)) return { files: await readFileTree(folder, { skip, mostBytes }), failures: [] };
    const made: MadePackage[] = [];
    const report = await this.#runAutogens(folder, (one) => made.push(one));
    this.#onEvent({ kind: 'autogens', folder, totals: report.totals });
    const failures = failuresOf(report, folder);
    // programs may have written files of their own
    const files = new Map(await readFileTree(folder, { skip, mostBytes }));
    for (const { changes } of made) {
      for (const { path, after } of changes) {
        const name = relative(folder, path);
        if (after === undefined) files.delete(name);
        else files.set(name, { bytes: Buffer.from(after), mode: '100644' });
      }
    }
    return { files, failures };
  }
}

/** Whether there is one somewhere below a folder. */
function hasAutogen(folder: string): boolean {
  const entries = kindsIn(folder).filter(({ name }) => name !== '.git');
  if (entries.some(({ name, kind }) => kind !== 'folder' && isAutogenName(name))) return true;
  return entries.some(({ name, kind }) => kind === 'folder' && hasAutogen(`${folder}/${name}`));
}

function failuresOf(report: RunReport, folder: string): PackageFailure[] {
  const failed = report.packages.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped');
  const failures = failed.flatMap((one): PackageFailure[] => {
    const { label, problem: found } = one;
    const why = found ?? problem('TRE006', { what: `'${label}' was not run` });
    const names = packagesOf(one, folder);
    return names.length === 0
      ? [{ catpkg: undefined, problem: why }]
      : names.map((catpkg) => ({ catpkg, problem: why }));
  });
  const others = report.problems
    .filter(({ severity }) => severity === 'error')
    .map((found) => ({ catpkg: undefined, problem: found }));
  if (report.isFailed && failures.length + others.length === 0)
    throw fault('TRE006', { what: `autogens of '${folder}' failed` });
  return [...failures, ...others];
}

/** What the failed one would have written: what it said itself, else what its name or its place says. */
function packagesOf({ claims, label, file }: PackageReport, folder: string): readonly string[] {
  if (claims.length > 0) return claims;
  const id = parsePackageId(label);
  if (id) return [`${id.category}/${id.name}`];
  for (const text of [label, relative(folder, file)]) {
    const [category = '', name = '', ...rest] = text.split('/');
    if (isCategoryName(category) && isPackageName(name) && rest.length <= 1) return [`${category}/${name}`];
  }
  return [];
}
