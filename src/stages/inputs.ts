import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { entryFacts, hashFile, kindsIn, realPath, replaceFile, textIfThere } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import { statedDigest } from './checksum-file.ts';
import type { SourceChoice, StagePlan } from './contract.ts';

const archiveSuffix = /\.(?:tar(?:\.(?:xz|zst|gz|bz2))?|squashfs)$/;

/** Files of a folder that a name or a pattern with `*` means, with or without the suffix of an archive (9.2). */
function candidates({ folder, name }: SourceChoice): readonly string[] {
  const files = kindsIn(folder)
    .filter(({ kind }) => kind === 'file' || kind === 'link')
    .map((entry) => entry.name)
    .sort();
  const exact = matching(files, name);
  if (exact.length > 0) return exact;
  const stem = name.replace(archiveSuffix, '');
  return files.filter((file) => archiveSuffix.test(file) && file.replace(archiveSuffix, '') === stem);
}

function matching(files: readonly string[], name: string): readonly string[] {
  if (!name.includes('*')) return files.filter((file) => file === name);
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('[^/]*')}$`);
  return files.filter((file) => archiveSuffix.test(file) && pattern.test(file));
}

/** Paths of the archives that a plan begins with. */
export interface FoundInputs {
  readonly seed: string;
  readonly snapshot: string | undefined;
}

/** Looks for everything that has to be there; all that is missing or ambiguous in one problem. */
export function findInputs(plan: StagePlan): FoundInputs | { readonly problem: Problem } {
  const { source, snapshot } = plan;
  const missing: string[] = [];
  const seeds = candidates(source);
  const place = `'${source.folder}/${source.name}'`;
  if (seeds.length === 0) missing.push(`the ${source.type} at ${place} (${source.why})`);
  if (seeds.length > 1)
    missing.push(`one ${source.type} at ${place}, not ${seeds.map((name) => `'${name}'`).join(', ')}`);
  if (snapshot && entryFacts(snapshot.path) === undefined)
    missing.push(`the package tree '${snapshot.path}'`);
  if (missing.length > 0) {
    const why = `The target '${plan.target}' needs ${missing.join(' and ')}.`;
    const what = `${missing.length === 1 ? 'an input is' : `${missing.length} inputs are`} missing for '${plan.name}'`;
    return { problem: problem('MST010', { what, why }) };
  }
  return { seed: `${source.folder}/${seeds[0]}`, snapshot: snapshot?.path };
}

/** What was read once is not read again as long as size, time and inode of the file are the same. */
export class DigestMemory {
  readonly #path: string;
  readonly #known: Map<string, string>;

  constructor(path: string) {
    this.#path = path;
    this.#known = new Map(Object.entries(readRecord(path)));
  }

  /** SHA-256 of a file; compared with the one in `FILE.hash.txt` where there is one. Throws MST011, SYS004. */
  async digestOf(path: string): Promise<Digest> {
    const digest = await this.#read(realPath(path));
    const stated = statedDigest(textIfThere(`${path}.hash.txt`));
    if (stated === undefined || stated === digest) return digest;
    throw fault('MST011', {
      what: `'${path}' is not what '${path}.hash.txt' says`,
      why: `It says ${stated}; the file has ${digest}.`,
    });
  }

  async #read(path: string): Promise<Digest> {
    const before = keyOf(path);
    const known = this.#known.get(before);
    if (known !== undefined) return known as Digest;
    const { digest } = await hashFile(path);
    // a file that changes meanwhile is read again next time
    if (keyOf(path) !== before) return digest;
    for (const key of this.#known.keys()) if (key.startsWith(`${path}\0`)) this.#known.delete(key);
    this.#known.set(before, digest);
    replaceFile(this.#path, JSON.stringify(Object.fromEntries(this.#known)));
    return digest;
  }
}

function keyOf(path: string): string {
  const facts = entryFacts(path);
  return `${path}\0${facts?.device} ${facts?.inode} ${facts?.sizeBytes} ${facts?.modifiedMs}`;
}

function readRecord(path: string): Record<string, string> {
  try {
    return JSON.parse(textIfThere(path) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
}
