// Whole processes, with what they and everything they start takes of the processor.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../measure/figures.ts';

export interface Command {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether an end with another code than 0 is as it has to be. */
  readonly mayFail?: ((code: number | null, said: string) => boolean) | undefined;
}

export interface Taken {
  readonly wallMs: number;
  /** User and system time of the process and all that it waited for. */
  readonly cpuMs: number;
  /** Standard output and standard error. */
  readonly said: string;
}

// bash's own stopwatch counts what grandchildren take, too, and starts when bash is there already
const stopwatch = `TIMEFORMAT='%3R %3U %3S'; { time "$@" >"$0.said" 2>&1 </dev/null; } 2>"$0.times"`;

/** Runs a command to its end. Throws when it does not end with 0, unless it `mayFail` so. */
export async function measured({ words, cwd, env, mayFail }: Command, notes: string): Promise<Taken> {
  const at = join(notes, 'command');
  const child = spawn('bash', ['-c', stopwatch, at, ...words], { cwd, env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  const said = readFileSync(`${at}.said`, 'utf8');
  if (code !== 0 && !mayFail?.(code, said))
    throw new Error(`'${words.join(' ')}' ended with ${code}:\n${said.slice(-4_000)}`);
  const [real = 0, user = 0, system = 0] = readFileSync(`${at}.times`, 'utf8').trim().split(' ').map(Number);
  return { wallMs: real * 1000, cpuMs: (user + system) * 1000, said };
}

/** What was measured under a name, in the order of the names. */
export class Table {
  readonly #rows = new Map<string, { readonly wall: number[]; readonly cpu: number[] }>();

  add(name: string, { wallMs, cpuMs }: Taken): void {
    const row = this.#rows.get(name) ?? { wall: [], cpu: [] };
    row.wall.push(wallMs);
    row.cpu.push(cpuMs);
    this.#rows.set(name, row);
  }

  /** Prints medians, and how many times as much that is as the row that is compared with. */
  print(title: string, comparedWith: string): void {
    console.log(`\n${title}`);
    const beside = this.#rows.get(comparedWith);
    for (const [name, { wall, cpu }] of this.#rows) {
      const ratio = (all: readonly number[], other: readonly number[] | undefined): string =>
        other ? ` ${(median(all) / median(other)).toFixed(2).padStart(7)} x` : '';
      console.log(
        `${name.padEnd(58)} ${figure(wall)}${ratio(wall, beside?.wall)}   CPU ${figure(cpu)}${ratio(cpu, beside?.cpu)}`,
      );
    }
    if (beside) console.log(`(x: times '${comparedWith}')`);
  }
}

const figure = (all: readonly number[]): string => `${median(all).toFixed(0).padStart(7)} ms`;
