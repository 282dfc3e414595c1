/** An object of ours as templates may see it: these attributes and methods, and nothing else of it. */
export class Exposed {
  /** What `{{ object }}` prints. */
  readonly printed: string;
  /** Values, and functions that templates may call; looked up by own name only. */
  readonly attributes: Readonly<Record<string, unknown>>;
  constructor(printed: string, attributes: Readonly<Record<string, unknown>>) {
    this.printed = printed;
    this.attributes = attributes;
  }
}
