import { showVariables } from './code-block.ts';
import type { Cell } from './definitions.ts';
import { type Frame, type Knowledge, limits, type Want } from './knowledge.ts';
import { LineEnds, trimSpaces } from './line-ends.ts';
import { shortened } from './parse-file.ts';
import { pathFrom } from './reader.ts';
import {
  errorResult,
  headOf,
  type Piece,
  type Result,
  type Site,
  type Trouble,
  textResult,
  zappedResult,
} from './results.ts';
import type { Reference, Segment } from './template.ts';
import { blockLines, singleLine, type ValueLine } from './value-lines.ts';

/** Where a text was written: what `$[:x]` means there, and whether undefined names are allowed. */
export interface Standpoint {
  readonly owner: Site['owner'];
  readonly section: string | undefined;
  readonly lax: boolean;
}

/** Goes through lines and the references in them. */
class LinesFrame {
  protected readonly knowledge: Knowledge;
  protected lines: readonly ValueLine[] | undefined;
  protected standpoint: Standpoint | undefined;
  protected user: Cell | undefined;
  protected inherited = false;
  #line = 0;
  #segment = 0;
  #text = '';
  #include: string | undefined;
  #zapped = false;
  #pending: Reference | ValueLine | undefined;
  protected readonly troubles: Trouble[] = [];
  #via: Result['via'];
  #absent: Set<string> | undefined;
  #depth = 1;
  #pieces: Piece[] | undefined;
  #count = 0;
  #size = 0;
  readonly #mode: 'text' | 'lines';

  constructor(knowledge: Knowledge, mode: 'text' | 'lines') {
    this.knowledge = knowledge;
    this.#mode = mode;
  }

  result(): Result {
    const absent = this.#absent ? [...this.#absent] : undefined;
    if (this.troubles.length > 0) return errorResult(this.troubles, { absent, via: this.#via });
    if (this.#mode === 'text') {
      return this.#zapped ? zappedResult(this.#depth, absent) : textResult(this.#text, this.#depth, absent);
    }
    return {
      ...{ kind: 'lines', text: '', pieces: this.#pieces ?? [], count: this.#count, size: this.#size },
      ...{ depth: this.#depth, absent, troubles: undefined, via: undefined },
    };
  }

  meetCircle(round: readonly Cell[]): void {
    const [first] = round;
    if (!first) return;
    const names = [...round, first].map(({ name }) => name);
    const shown = names.length > 12 ? [...names.slice(0, 6), '…', ...names.slice(-5)] : names;
    const why = `Each of these is defined by the next: ${shown.map((name) => `'${name}'`).join(' → ')}.`;
    this.#fail({
      code: 'MTR022',
      what: `'${first.name}' is defined by itself`,
      site: headOf(first.first),
      why,
    });
    this.#pass();
  }

  protected walk(): Want | undefined {
    const lines = this.lines ?? [];
    while (this.#line < lines.length) {
      const want = this.#goOn(lines[this.#line] as ValueLine);
      if (want) return want;
      if (this.#mode === 'text') return undefined;
      this.#line += 1;
      this.#segment = 0;
      this.#text = '';
      this.#zapped = false;
      this.#include = undefined;
    }
    return undefined;
  }

  #goOn(line: ValueLine): Want | undefined {
    if (line.kind === 'code') return this.#code(line);
    if (line.kind === 'misplaced') {
      this.#fail({
        code: 'MTR031',
        what: 'a block with code is used as a single line',
        site: this.#site(line),
      });
      return undefined;
    }
    if (this.#include === undefined) {
      const want = this.#expand(line.segments);
      if (want) return want;
      if (this.#zapped) return undefined;
      if (line.kind === 'file' && this.troubles.length === 0) this.#takeFile(line);
    }
    if (this.#mode === 'text') return undefined;
    if (line.kind === 'include') return this.#includeLines(line);
    if (this.troubles.length === 0) this.#addLine(this.#text, line);
    return undefined;
  }

  /** Appends what the segments come to; stops at one that zaps. */
  #expand(segments: readonly Segment[]): Want | undefined {
    for (; this.#segment < segments.length && !this.#zapped; this.#segment += 1) {
      const segment = segments[this.#segment] as Segment;
      if (typeof segment === 'string') this.#append(segment, this.#pending);
      else {
        const want = this.#reference(segment);
        if (want) {
          this.#pending = segment;
          return want;
        }
      }
    }
    return undefined;
  }

  /** Leaves the reference or line out that could not be made. */
  #pass(): void {
    if (this.#include === undefined) this.#segment += 1;
    else this.#include = '';
  }

  #reference(reference: Reference): Want | undefined {
    if (reference.slip) {
      this.#fail({ ...reference.slip, site: this.#site(reference) });
      return undefined;
    }
    const name = this.#target(reference);
    if (name === undefined) return undefined;
    this.knowledge.onUse?.(this.user, name);
    const cell = this.knowledge.definitions.get(name);
    // behind a mistake only names are checked: what else is wrong must not depend on what was evaluated before
    if (this.troubles.length > 0 && cell) return undefined;
    const choice = cell ? this.knowledge.chosen(cell, this.user) : undefined;
    if (choice && 'mode' in choice) return choice;
    if (choice?.error) {
      this.#take(choice.error, reference, cell as Cell);
      return undefined;
    }
    if (choice?.absent) this.miss(choice.absent);
    if (!choice?.definition || !cell) {
      this.#undefined(reference, name);
      return undefined;
    }
    if (reference.test) {
      this.#append('yes', reference);
      return undefined;
    }
    const want: Want = { cell, mode: 'text', lax: this.inherited || reference.mod === 'lax' };
    const result = this.knowledge.known(want);
    if (!result) return want;
    this.#take(result, reference, cell);
    return undefined;
  }

  #target({ form, name, ...range }: Reference): string | undefined {
    if (form === 'abs') return name;
    const section = this.standpoint?.section;
    if (section !== undefined) return form === 'self' ? section : `${section}/${name}`;
    const what = `'$[${form === 'self' ? '' : `:${name}`}]' stands outside of every section`;
    this.#fail({ code: 'MTR026', what, site: this.#site(range) });
    return undefined;
  }

  #undefined({ test, mod, ...range }: Reference, name: string): void {
    const allowed = mod === 'lax' || this.inherited || this.standpoint?.lax === true;
    if (mod === 'zap' || allowed || test) this.miss([name]);
    if (mod === 'zap') this.#zapped = true;
    else if (test) this.#append('no', range);
    else if (!allowed) {
      const what = `'${shortened(name)}' is not defined`;
      this.#fail({ code: 'MTR021', what, site: this.#site(range), missing: name });
    }
  }

  /** Takes the value of another element over, or its error. */
  #take(result: Result, reference: Reference, cell: Cell): void {
    if (result.absent) this.miss(result.absent);
    if (result.kind === 'error') {
      this.#via ??= { site: this.#site(reference), cell, result };
      this.troubles.push(...(result.troubles ?? []));
      return;
    }
    this.#deepen(result, reference);
    if (result.kind === 'zapped' || (reference.mod === 'zap' && result.text === '')) this.#zapped = true;
    else this.#append(result.text, reference);
  }

  #includeLines(line: ValueLine): Want | undefined {
    if (this.troubles.length > 0) return undefined;
    this.#include ??= this.#text;
    if (this.#include === '') return undefined;
    const [name = '', modifier, ...more] = this.#include.split(':');
    const site = this.#site(line);
    if (modifier !== undefined && (modifier !== 'lax' || more.length > 0)) {
      const what = `an include takes ':lax' alone, and no ':${shortened([modifier, ...more].join(':'))}'`;
      this.#fail({ code: 'MTR024', what, site });
      return undefined;
    }
    this.knowledge.onUse?.(this.user, name);
    const cell = this.knowledge.definitions.get(name);
    const choice = cell ? this.knowledge.chosen(cell, this.user) : undefined;
    if (choice && 'mode' in choice) return choice;
    if (choice?.absent) this.miss(choice.absent);
    if (choice?.error) {
      this.#via ??= { site, cell: cell as Cell, result: choice.error };
      this.troubles.push(...(choice.error.troubles ?? []));
      return undefined;
    }
    const lax = this.inherited || modifier === 'lax';
    if (!cell || !choice?.definition) {
      if (lax || this.standpoint?.lax) this.miss([name]);
      else this.#fail({ code: 'MTR021', what: `'${shortened(name)}' is not defined`, site, missing: name });
      return undefined;
    }
    if (!choice.definition.node.isBlock) {
      this.#fail({ code: 'MTR027', what: `'${name}' is a single line and cannot be included`, site });
      return undefined;
    }
    const want: Want = { cell, mode: 'lines', lax };
    const result = this.knowledge.known(want);
    if (!result) return want;
    this.#takeLines(result, line, cell);
    return undefined;
  }

  #takeLines(result: Result, line: ValueLine, cell: Cell): void {
    const site = this.#site(line);
    if (result.absent) this.miss(result.absent);
    if (result.kind === 'error') {
      this.#via ??= { site, cell, result };
      this.troubles.push(...(result.troubles ?? []));
      return;
    }
    this.#deepen(result, line);
    this.#grow(result.count, result.size, line);
    if (this.troubles.length === 0) this.#put({ include: result, site });
  }

  #code(line: ValueLine & { kind: 'code' }): undefined {
    const shown = showVariables(line, this.knowledge);
    if ('code' in shown) this.#fail({ ...shown, site: this.#site(line) });
    else if (this.troubles.length === 0) for (const text of shown.lines) this.#addLine(text, line);
    return undefined;
  }

  /** `<< path`: lines joined by spaces, without white space at both ends (3.7). */
  #takeFile(line: ValueLine): void {
    const written = this.#text;
    const path = pathFrom(this.standpoint?.owner.file.name ?? '', written);
    const answer = written === '' ? ({ kind: 'missing' } as const) : this.knowledge.readFile(path);
    this.#text = '';
    if (answer.kind !== 'text') {
      const why = answer.kind === 'unreadable' ? answer.why : fileWhy[answer.kind];
      const what = `the file '${shortened(written)}' cannot be read`;
      this.#fail({ code: 'MTR028', what, site: this.#site(line), why: `${path}: ${why}.` });
      return;
    }
    this.#append(joinedLines(answer.text), line);
  }

  #append(text: string, at: { readonly from: number; readonly to: number } | undefined): void {
    if (this.#text.length + text.length > limits.valueUnits) this.#tooLarge(at);
    else this.#text = this.#text === '' ? text : this.#text + text;
  }

  #addLine(text: string, line: ValueLine): void {
    this.#grow(1, text.length + 1, line);
    if (this.troubles.length === 0) this.#put({ text, site: this.#site(line) });
  }

  #put(piece: Piece): void {
    this.#pieces ??= [];
    this.#pieces.push(piece);
  }

  #grow(count: number, size: number, line: ValueLine): void {
    this.#count += count;
    this.#size += size;
    if (this.#size > limits.valueUnits) this.#tooLarge(line);
  }

  #tooLarge(at: { readonly from: number; readonly to: number } | undefined): void {
    if (this.troubles.some(({ code }) => code === 'MTR029')) return;
    const site = this.#site(at ?? { from: 0, to: 1 });
    this.#fail({ code: 'MTR029', what: 'a value becomes larger than 16 MiB', site });
  }

  #deepen({ depth }: Result, at: { readonly from: number; readonly to: number }): void {
    this.#depth = Math.max(this.#depth, depth + 1);
    if (this.#depth <= limits.depth || this.troubles.length > 0) return;
    const what = `a value is made of more than ${limits.depth} levels of references`;
    this.#fail({ code: 'MTR029', what, site: this.#site(at) });
  }

  protected miss(names: readonly string[]): void {
    this.#absent ??= new Set();
    for (const name of names) this.#absent.add(name);
  }

  #fail(trouble: Trouble): void {
    this.troubles.push(trouble);
  }

  #site({ from, to }: { readonly from: number; readonly to: number }): Site {
    return { owner: (this.standpoint as Standpoint).owner, from, to };
  }
}

const fileWhy: Readonly<Record<string, string>> = {
  missing: 'there is no such file',
  'not-file': 'it is no regular file',
  'not-text': 'it is no text in UTF-8',
  'too-large': 'it is larger than 64 MiB',
  outside: 'it lies outside of the folders that may be read',
};

/** The lines of a text joined by single spaces; white space at both ends goes (3.7). */
function joinedLines(text: string): string {
  const ends = new LineEnds(text);
  const lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = ends.endOf(at);
    lines.push(text.slice(at, end));
    at = ends.after(end);
  }
  return trimSpaces(lines.join(' '));
}

/** The value of an element. */
export class ValueFrame extends LinesFrame implements Frame {
  readonly want: Want;

  constructor(knowledge: Knowledge, want: Want) {
    super(knowledge, want.mode);
    this.want = want;
    this.user = want.cell;
    this.inherited = want.lax;
  }

  step(): Want | undefined {
    if (!this.lines) {
      const chosen = this.knowledge.chosen(this.want.cell, this.want.cell);
      if ('mode' in chosen) return chosen;
      this.troubles.push(...(chosen.error?.troubles ?? []));
      if (chosen.absent) this.miss(chosen.absent);
      const { definition } = chosen;
      if (!definition) {
        this.lines = [];
        return undefined;
      }
      const { section, lax } = definition.node.scope;
      this.standpoint = { owner: definition, section, lax };
      this.lines = this.want.mode === 'lines' ? blockLines(definition) : [singleLine(definition)];
    }
    return this.walk();
  }

  override meetCircle(round: readonly Cell[]): void {
    super.meetCircle(round);
    // it was a condition that leads back: no definition counts
    this.lines ??= [];
  }
}

/** A text that is no value of an element: the argument of `[collect]`. */
export class TemplateFrame extends LinesFrame implements Frame {
  readonly want = undefined;

  constructor(knowledge: Knowledge, line: ValueLine, standpoint: Standpoint) {
    super(knowledge, 'text');
    this.lines = [line];
    this.standpoint = standpoint;
  }

  step(): Want | undefined {
    return this.walk();
  }
}
