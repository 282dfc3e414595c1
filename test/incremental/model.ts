import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '../../src/host/index.ts';
import {
  type BuildOptions,
  type BuildReport,
  IncrementalBuild,
  type Input,
  type Memory,
  type Target,
} from '../../src/incremental/index.ts';
import { recallUnchanged } from '../../src/incremental/unchanged/index.ts';

/** A folder in which targets are made, and what was made in it. */
export class Yard {
  readonly root = mkdtempSync(join(tmpdir(), 'packmill-incremental-'));
  /** Its clock may go before that of the disk. */
  aheadMs = 0;
  readonly clock: Clock = Object.assign(Object.create(systemClock) as Clock, {
    nowMs: () => systemClock.nowMs() + this.aheadMs,
    monotonicMs: () => systemClock.monotonicMs(),
  });
  /** Names in the order in which they were made. */
  readonly made: string[] = [];
  /** Targets that are to fail. */
  readonly broken = new Set<string>();

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string | undefined {
    return existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), 'utf8') : undefined;
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  /** A target whose output is what `of` makes of the texts of its inputs; without it, all of them in a row. */
  target(
    name: string,
    inputs: readonly (string | Input)[],
    more: Partial<Target> & { readonly of?: (texts: readonly string[]) => string } = {},
  ): Target {
    const { of = (texts) => texts.join('+'), ...rest } = more;
    return {
      name,
      outputs: [name],
      inputs,
      make: async (context) => {
        await Promise.resolve();
        if (this.broken.has(name)) {
          context.say(`no ${name} today`);
          throw new Error(`${name} is broken`);
        }
        this.made.push(name);
        const texts = inputs
          .filter((input) => typeof input === 'string' || input.by !== 'order')
          .map((input) => context.input(typeof input === 'string' ? input : input.path))
          .map((path) => (path === undefined ? 'nothing' : readFileSync(path, 'utf8')));
        writeFileSync(context.output(name), of(texts));
      },
      ...rest,
    };
  }

  plan(targets: readonly Target[], mode: 'content' | 'time' = 'content'): IncrementalBuild {
    return new IncrementalBuild({
      root: this.root,
      state: join(this.root, '.state'),
      targets,
      mode,
      clock: this.clock,
    });
  }

  /** Builds with another process's eyes: everything is read from disk. Says what was made, sorted. */
  async build(
    targets: readonly Target[],
    options: BuildOptions & { readonly mode?: 'content' | 'time' } = {},
  ): Promise<{ readonly made: readonly string[]; readonly report: BuildReport }> {
    const { mode, ...rest } = options;
    this.made.length = 0;
    const report = await this.plan(targets, mode).build(rest);
    return { made: [...this.made].sort(), report };
  }

  /** Builds, and has it remembered what was seen when there was nothing to do. */
  async buildAndRemember(
    targets: readonly Target[],
    memory: Partial<Memory> = {},
  ): Promise<{ readonly made: readonly string[]; readonly remembered: boolean }> {
    this.made.length = 0;
    const build = this.plan(targets);
    const sinceMs = this.clock.nowMs();
    await build.build({ keepGoing: true });
    const usual = { sign: 'all', said: 'nothing to do', beside: [], trees: [], sinceMs };
    return { made: [...this.made].sort(), remembered: build.remember({ ...usual, ...memory }) };
  }

  /** What the last build said, as another process recalls it. */
  recall(sign = 'all', trusted = false): string | undefined {
    return recallUnchanged({
      file: join(this.root, '.state/unchanged'),
      sign,
      root: this.root,
      here: '/',
      trusted,
    });
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
