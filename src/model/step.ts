/** A folder or file of the host that a step sees at `target`. */
export interface StepMount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** What a step may reach: `fetch` is granted by the policies `fetch-only` and `full`, `build` by `full` only. */
export type NetworkUse = 'none' | 'fetch' | 'build';

/** One command in the sandbox, as data: recipes describe it, the builder runs it. */
export interface Step {
  /** Name of the log phase: `dependencies`, `interfere`, `fetch`, `build`. */
  readonly name: string;
  readonly user: 'root' | 'builder';
  /** Whether it may change the root (in the job's own layer), to install packages. */
  readonly changesRoot: boolean;
  readonly network: NetworkUse;
  readonly mounts: readonly StepMount[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly command: readonly string[];
  /** Own limit of the step; undefined: what is left of the job's time. */
  readonly timeoutMs: number | undefined;
}

/** How a step's command ended, in the words of the engine. */
export type StepEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out'; readonly limitMs: number }
  | { readonly kind: 'out-of-memory'; readonly limitBytes: number }
  | { readonly kind: 'too-much-output'; readonly limitBytes: number }
  | { readonly kind: 'canceled' };
