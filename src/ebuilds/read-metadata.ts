import { type Problem, problem } from '../diagnostics/index.ts';
import { type CacheEntry, cacheVariables, knownEapi } from '../formats/gentoo/index.ts';
import { atOnce } from '../primitives/index.ts';
import type { SandboxEnd, SandboxMount } from '../sandbox/index.ts';
import type { EbuildFile, Eclass } from './ebuild-tree.ts';
import { problemOfAnswer, warningOfAnswer } from './judge-answer.ts';
import { type MetadataCage, readInShell } from './metadata-run.ts';
import { type EbuildAnswer, readAnswer } from './metadata-text.ts';
import { type Copied, copyFiles, type ScratchFiles, statedEapi } from './scratch-files.ts';

/** What one ebuild says. */
export interface EbuildMetadata {
  readonly ebuild: EbuildFile;
  /** Undefined when it cannot be read. */
  readonly entry: CacheEntry | undefined;
  /** One error when there is no entry; warnings otherwise. Places are relative to the repository, or absolute in a master. */
  readonly problems: readonly Problem[];
}

export interface ReadMetadataInput extends ScratchFiles {
  readonly cage: MetadataCage;
  /** Called for each ebuild as soon as it is known, in no order. */
  readonly onMetadata: (metadata: EbuildMetadata) => void;
}

/** Ebuilds that one shell reads at most: what a shell that ends early has to do again is a new start. */
const mostOfOneShell = 250;

/**
 * Reads the metadata of ebuilds (PMS chapters 7 and 10) with the Bash of a sandbox: no network, nothing of the host, several
 * ebuilds in each shell, every one in a subshell of its own. An ebuild that fails, loops, prints or ends its shell keeps no
 * other from being read: it gets a problem EBD001 to EBD011. Throws EBD012 and SBX problems when nothing can be read at all.
 */
export async function readMetadata(input: ReadMetadataInput): Promise<void> {
  const { cage, onMetadata } = input;
  const known: EbuildFile[] = [];
  for (const ebuild of input.ebuilds) {
    const eapi = statedEapi(ebuild);
    if (knownEapi(eapi)) known.push(ebuild);
    else {
      const what = `'${ebuild.id}' has EAPI '${eapi}', which nobody knows`;
      const unknown = problem('EBD005', { what, place: { file: ebuild.path } });
      onMetadata({ ebuild, entry: undefined, problems: [unknown] });
    }
  }
  if (known.length === 0) return;
  try {
    await cage.sandbox.makeFolder(cage.scratch);
    const files = `${cage.scratch}/tree`;
    const { orders, eclasses, realPath } = await copyFiles({ ...input, ebuilds: known }, files);
    const mounts = [{ source: files, target: '/tree', writable: false }];
    const size = Math.max(1, Math.min(mostOfOneShell, Math.ceil(orders.length / (cage.workers * 4))));
    const shells = new ShellLine({ ...input, ebuilds: known }, { orders, eclasses, realPath, mounts });
    const starts = orders.flatMap((_, index) => (index % size === 0 ? [index] : []));
    await atOnce(starts, { most: cage.workers }, (start) =>
      shells.read(start, Math.min(start + size, orders.length)),
    );
  } finally {
    await cage.sandbox.removeFolder(cage.scratch);
  }
}

/** Reads stretches of the ebuilds; after a shell that ended early it goes on behind the ebuild that ended it. */
class ShellLine {
  readonly #input: ReadMetadataInput;
  readonly #copied: Copied & { readonly mounts: readonly SandboxMount[] };
  #count = 0;

  constructor(input: ReadMetadataInput, copied: Copied & { readonly mounts: readonly SandboxMount[] }) {
    this.#input = input;
    this.#copied = copied;
  }

  /** Reads the ebuilds from `start` to before `end`. */
  async read(start: number, end: number): Promise<void> {
    const { cage } = this.#input;
    const { orders, eclasses, mounts } = this.#copied;
    let at = start;
    while (at < end && !cage.signal?.aborted) {
      this.#count += 1;
      const from = at;
      const { done, end: ended } = await readInShell({
        cage,
        folder: `${cage.scratch}/shell-${this.#count}`,
        mounts,
        eclasses,
        ebuilds: orders.slice(from, end),
        onAnswer: (index, status, text) => this.#answer(from + index, readAnswer(status, text)),
      });
      at += done;
      const wrote = done > 0 && done < end - from && ended.kind === 'exited' && ended.code === 0;
      if (at < end && !wrote && !cage.signal?.aborted) {
        this.#blame(at, ended);
        at += 1;
      }
    }
  }

  #answer(index: number, answer: EbuildAnswer): void {
    const ebuild = this.#input.ebuilds[index];
    if (!ebuild) return;
    const { realPath } = this.#copied;
    const wrong = problemOfAnswer(ebuild, answer, realPath) ?? this.#changedEapi(ebuild, answer);
    const warning = wrong ?? warningOfAnswer(ebuild, answer, realPath);
    this.#input.onMetadata({
      ebuild,
      entry: wrong ? undefined : entryOf(ebuild, answer, this.#input.eclasses),
      problems: warning ? [warning] : [],
    });
  }

  #changedEapi(ebuild: EbuildFile, { variables }: EbuildAnswer): Problem | undefined {
    const stated = statedEapi(ebuild);
    const found = variables?.get('EAPI') || '0';
    if (found === stated) return undefined;
    const what = `'${ebuild.id}' has EAPI ${found}, and its first line says ${stated}`;
    return problem('EBD006', { what, place: { file: ebuild.path } });
  }

  #blame(index: number, end: SandboxEnd): void {
    const ebuild = this.#input.ebuilds[index];
    if (!ebuild) return;
    const { id, path } = ebuild;
    const what =
      end.kind === 'canceled' || end.kind === 'timed-out'
        ? `'${id}' does not come to its end`
        : end.kind === 'out-of-memory'
          ? `'${id}' needs too much memory`
          : `'${id}' ends the shell that reads it`;
    const code = end.kind === 'exited' || end.kind === 'signalled' ? 'EBD009' : 'EBD007';
    const blamed = problem(code, { what, place: { file: path } });
    this.#input.onMetadata({ ebuild, entry: undefined, problems: [blamed] });
  }
}

function entryOf(
  { md5 }: EbuildFile,
  { variables }: EbuildAnswer,
  eclasses: ReadonlyMap<string, Eclass>,
): CacheEntry {
  const kept = cacheVariables.flatMap((name) => {
    const value = (variables?.get(name) ?? '')
      .split(/[ \t\n]+/)
      .filter(Boolean)
      .join(' ');
    return value === '' ? [] : [[name, value] as const];
  });
  const inherited = (variables?.get('INHERITED') ?? '').split(/\s+/).filter(Boolean);
  return {
    variables: Object.fromEntries(kept),
    eclasses: Object.fromEntries(inherited.map((name) => [name, eclasses.get(name)?.md5 ?? ''])),
    md5,
  };
}
