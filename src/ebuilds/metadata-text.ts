/** What one ebuild said while `metadata.sh` read it. */
export interface EbuildAnswer {
  /** Exit status of its subshell, or `wrote` when files were left behind. */
  readonly status: string;
  /** What it printed. */
  readonly messages: string;
  /** Its variables when it was read to the end. */
  readonly variables: ReadonlyMap<string, string> | undefined;
  /** Why it ended before. */
  readonly death: EbuildDeath | undefined;
  /** Whether the text is no sequence of messages and records. */
  readonly garbled: boolean;
}

/** A record of `metadata.sh` that ends an ebuild. */
export interface EbuildDeath {
  readonly kind: string;
  readonly what: string;
  /** As Bash names it, in the sandbox; empty when unknown. */
  readonly file: string;
  readonly line: number | undefined;
  readonly eclass: string;
}

const mark = '\u001e';
const divider = '\u001f';

/** Takes the text of one ebuild apart, as `metadata.sh` describes it; never throws. */
export function readAnswer(status: string, text: string): EbuildAnswer {
  const parts = text.split(mark);
  let variables: Map<string, string> | undefined;
  let death: EbuildDeath | undefined;
  let garbled = parts.length % 2 === 0;
  for (let index = 1; index < parts.length; index += 2) {
    const [kind = '', ...fields] = (parts[index] ?? '').split(divider);
    if (kind === 'meta') variables = readVariables(fields);
    if (kind === 'die') death ??= readDeath(fields);
    if (kind === 'meta' ? !variables : kind !== 'die') garbled = true;
  }
  const messages = parts
    .filter((_, index) => index % 2 === 0)
    .join('')
    .trim();
  return { status, messages, variables, death, garbled };
}

function readVariables(fields: readonly string[]): Map<string, string> | undefined {
  const variables = new Map<string, string>();
  for (const field of fields) {
    const equals = field.indexOf('=');
    if (equals <= 0) return undefined;
    variables.set(field.slice(0, equals), field.slice(equals + 1));
  }
  return variables;
}

function readDeath([
  kind = '',
  what = '',
  file = '',
  line = '',
  eclass = '',
]: readonly string[]): EbuildDeath {
  return { kind, what, file, line: /^[0-9]+$/.test(line) ? Number(line) : undefined, eclass };
}

/** Collects pieces of the output of `metadata.sh` into triples, as they come. */
export class TripleReader {
  readonly #take: (triple: readonly [string, string, string]) => void;
  #rest: Uint8Array[] = [];
  #fields: string[] = [];

  constructor(take: (triple: readonly [string, string, string]) => void) {
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      this.#rest.push(bytes.slice(start, end));
      start = end + 1;
      this.#fields.push(Buffer.concat(this.#rest).toString('utf8'));
      this.#rest = [];
      const [number, status, text, ...more] = this.#fields;
      if (number === undefined || status === undefined || text === undefined || more.length > 0) continue;
      this.#fields = [];
      this.#take([number, status, text]);
    }
    if (start < bytes.byteLength) this.#rest.push(bytes.slice(start));
  }
}
