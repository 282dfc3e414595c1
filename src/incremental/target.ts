/** How an input counts. */
export interface Input {
  /** Relative to the folder of the build, or absolute. A file, or a folder with all it holds. */
  readonly path: string;
  /**
   * `content`: another content makes the target anew (the default). `time`: another time of change does, too. `order`: it has to
   * be there first and is not looked at.
   */
  readonly by?: 'content' | 'time' | 'order';
  /** Whether the target can be made without it: when it is absent, or what makes it has failed. That it is absent counts. */
  readonly optional?: boolean;
}

/** Something that is made, by a function, from inputs. */
export interface Target {
  /** Unique; by it people ask for the target. */
  readonly name: string;
  /** Paths relative to the folder of the build. Without outputs the target only stands for its inputs. */
  readonly outputs: readonly string[];
  /** A text is an input by content that has to be there. */
  readonly inputs: readonly (string | Input)[];
  /** Tells apart versions of the code and of its options: with another mark the target is made anew. */
  readonly mark?: string;
  /** Made only when an output is absent; whatever is there stays. */
  readonly seed?: boolean;
  /** Whether an empty file in the place of the first output means: leave it so, whatever the inputs. */
  readonly pin?: boolean;
  /** The outputs do not tell what was made (an empty marker): each making counts as a change. */
  readonly opaque?: boolean;
  /** File for what the making says, relative to the folder of the build; begun anew each time. */
  readonly log?: string;
  /** Makes the outputs. What it throws is the failure of this target. */
  readonly make?: (context: MakeContext) => Promise<void>;
}

/** What a target is made with. */
export interface MakeContext {
  /** The folder of the build. */
  readonly root: string;
  /** Whole path of an input; undefined for an optional one that is not there. */
  input(path: string): string | undefined;
  /** Whole path at which to put an output. It is moved to its place when all of it is made. */
  output(path: string): string;
  /** Appends a line to the log. */
  say(line: string): void;
  readonly signal: AbortSignal;
}
