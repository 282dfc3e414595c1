import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EbuildTree, MetadataCage, MetadataLimits } from '../../src/ebuilds/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';

export const testData = join(import.meta.dirname, '../../testdata/ebuilds');

/** A temporary folder with a sandbox, and repositories in it. */
export class Workshop {
  readonly folder: string;
  readonly #sandbox: BubblewrapDriver;
  #runs = 0;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'packmill-ebuilds-'));
    mkdirSync(join(this.folder, 'sandbox'));
    this.#sandbox = new BubblewrapDriver({ folder: join(this.folder, 'sandbox'), hidden: [] });
  }

  cage(limits?: Partial<MetadataLimits>): MetadataCage {
    this.#runs += 1;
    return {
      sandbox: this.#sandbox,
      root: { kind: 'host' },
      scratch: join(this.folder, `run-${this.#runs}`),
      workers: 2,
      clock: systemClock,
      limits,
    };
  }

  /** A repository with these files; without a layout of its own it has no masters. */
  repository(name: string, files: Readonly<Record<string, string>>): EbuildTree {
    const folder = join(this.folder, name);
    const all = { 'metadata/layout.conf': 'masters =\n', 'profiles/repo_name': `${name}\n`, ...files };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return { folder, masters: [] };
  }

  /** Copies of the repositories of the test data. */
  rulesKit(): EbuildTree {
    for (const name of ['base-kit', 'rules-kit'])
      cpSync(join(testData, name), join(this.folder, name), { recursive: true });
    return { folder: join(this.folder, 'rules-kit'), masters: [join(this.folder, 'base-kit')] };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
