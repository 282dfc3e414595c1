import { fault } from '../../diagnostics/index.ts';
import { compareVersions } from '../../formats/pacman/index.ts';
import { compareText } from '../../primitives/index.ts';
import type { RebuildPreview } from '../abi/preview.ts';
import { lostLibraries } from '../abi/preview.ts';
import type { Farm } from '../farm.ts';
import { rollbackRepository } from '../repositories.ts';
import { isTreeTarget } from '../target-kinds.ts';

/** A repository, tree or mirror as it is listed. */
export interface RepositoryView {
  readonly name: string;
  readonly arch: string;
  readonly kind: 'pacman' | 'ebuild-tree' | 'ebins' | 'stages' | 'python';
  readonly generation: number;
  readonly packages: number;
  /** When its visible generation was made, ms since the epoch; undefined when that is not recorded. */
  readonly createdMs: number | undefined;
  readonly reason: string | undefined;
  /** Kept generations. */
  readonly kept: number;
}

export interface GenerationView {
  readonly number: number;
  readonly parent: number | undefined;
  readonly createdMs: number;
  readonly reason: string;
  readonly packages: number;
  readonly visible: boolean;
}

export interface MemberView {
  readonly name: string;
  readonly version: string;
}

/** What a package became between two generations. */
export interface MemberChange {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'raised' | 'lowered';
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface GenerationChanges {
  readonly from: number;
  readonly to: number;
  readonly changes: readonly MemberChange[];
  /** Libraries that lost something between them; empty where packages are not linked, or were not read. */
  readonly libraries: RebuildPreview['libraries'];
}

/** What is published, and what was: the same words for repositories of packages, trees, and mirrors. */
export class RepositoryLook {
  readonly #farm: Farm;
  readonly #mayChange: boolean;

  /** `mayChange`: this process is the one that works on the farm. */
  constructor(farm: Farm, mayChange: boolean) {
    this.#farm = farm;
    this.#mayChange = mayChange;
  }

  list(): readonly RepositoryView[] {
    const { repositories, trees, config } = this.#farm;
    return [...repositories.list(), ...trees.list()]
      .map(({ name, arch, generation, packages }): RepositoryView => {
        const kept = this.#generations(name, arch);
        const visible = kept.find(({ visible: isVisible }) => isVisible);
        return {
          name,
          arch,
          kind: config.targets[name]?.kind ?? 'pacman',
          generation,
          packages,
          createdMs: visible?.createdMs,
          reason: visible?.reason,
          kept: kept.length,
        };
      })
      .sort((a, b) => compareText(a.name, b.name) || compareText(a.arch, b.arch));
  }

  #isTree(name: string): boolean {
    return isTreeTarget(this.#farm, name) || this.#farm.trees.list().some((one) => one.name === name);
  }

  #generations(
    name: string,
    arch: string,
  ): readonly (Omit<GenerationView, 'parent'> & Partial<GenerationView>)[] {
    const { repositories, trees } = this.#farm;
    return this.#isTree(name) ? trees.generations(name) : repositories.generations(name, arch);
  }

  /** Kept generations, newest first. Throws PUB004 when there is no such repository. */
  generations(name: string, arch: string): readonly GenerationView[] {
    return this.#generations(name, arch)
      .map(({ number, parent, createdMs, reason, packages, visible }) => ({
        ...{ number, parent, createdMs, reason, packages, visible },
      }))
      .sort((a, b) => b.number - a.number);
  }

  /** Packages of a generation (the visible one by default), by name. Throws PUB004, PUB006. */
  packages(name: string, arch: string, generation?: number): readonly MemberView[] {
    const { repositories, trees } = this.#farm;
    if (!this.#isTree(name)) {
      if (generation === undefined) this.#generations(name, arch);
      return repositories
        .members(name, arch, generation)
        .map((one) => ({ name: one.name, version: one.version }));
    }
    if (generation !== undefined && !this.#generations(name, arch).some((one) => one.number === generation))
      throw fault('PUB004', { what: `generation ${generation} of '${name}' is not kept` });
    return trees.packages(name, generation).map((one) => ({ name: one.name, version: one.version }));
  }

  /** What changed between two generations, whichever is the older one. Throws PUB004, PUB006. */
  changes(
    name: string,
    arch: string,
    between: { readonly from: number; readonly to: number },
  ): GenerationChanges {
    const { from, to } = between;
    const before = new Map(this.packages(name, arch, from).map((one) => [one.name, one.version]));
    const after = new Map(this.packages(name, arch, to).map((one) => [one.name, one.version]));
    const changes: MemberChange[] = [];
    for (const [pkg, version] of after) {
      const old = before.get(pkg);
      if (old === undefined) changes.push({ name: pkg, kind: 'added', from: undefined, to: version });
      else if (old !== version) {
        const kind = compareVersions(old, version) > 0 ? 'lowered' : 'raised';
        changes.push({ name: pkg, kind, from: old, to: version });
      }
    }
    for (const [pkg, version] of before) {
      if (!after.has(pkg)) changes.push({ name: pkg, kind: 'removed', from: version, to: undefined });
    }
    changes.sort((a, b) => compareText(a.name, b.name));
    return { from, to, changes, libraries: this.#isTree(name) ? [] : this.#lost(name, arch, between) };
  }

  /** Libraries of the one generation that lost something in the other. */
  #lost(name: string, arch: string, { from, to }: { readonly from: number; readonly to: number }) {
    const [before, after] = [from, to].map((number) => this.#farm.repositories.members(name, arch, number));
    return lostLibraries(this.#farm, before ?? [], after ?? []);
  }

  /** Makes a kept generation visible again; returns it. Throws PUB004, PUB007, SCH005 without a manager. */
  async rollback(name: string, arch: string, generation: number): Promise<GenerationView | undefined> {
    if (!this.#mayChange)
      throw fault('SCH005', { what: 'this web server only shows the farm; its manager is another process' });
    await rollbackRepository(this.#farm, { name, arch, generation });
    return this.generations(name, arch).find(({ visible }) => visible);
  }
}
