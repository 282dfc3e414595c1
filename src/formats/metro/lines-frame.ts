import { showVariables } from './code-block.ts';
import type { Cell } from './definitions.ts';
import { joinedLines, unreadableWhy } from './file-value.ts';
import type { Knowledge, Want } from './knowledge.ts';
import type { TextRange } from './nodes.ts';
import { shortened } from './parse-file.ts';
import { pathFrom } from './reader.ts';
import { headOf, type Result, type Site } from './results.ts';
import { type Reference, type Segment, targetName } from './template.ts';
import { ValueInMaking } from './value-in-making.ts';
import type { ValueLine } from './value-lines.ts';

/** Where a text was written: what `$[:x]` means there, and whether undefined names are allowed. */
export interface Standpoint {
  readonly owner: Site['owner'];
  readonly section: string | undefined;
  readonly lax: boolean;
}

/** Goes through lines and the references in them, and stops where something has to be known first. */
export class LinesFrame {
  protected readonly knowledge: Knowledge;
  protected readonly value: ValueInMaking;
  protected lines: readonly ValueLine[] | undefined;
  protected standpoint: Standpoint | undefined;
  protected user: Cell | undefined;
  /** Undefined names are allowed by whoever wants the value (3.5). */
  protected inherited = false;
  readonly #mode: 'text' | 'lines';
  #line = 0;
  #segment = 0;
  /** The name part of an include once it is made; empty when there is nothing to include. */
  #include: string | undefined;

  constructor(knowledge: Knowledge, mode: 'text' | 'lines') {
    this.knowledge = knowledge;
    this.value = new ValueInMaking(mode);
    this.#mode = mode;
  }

  result(): Result {
    return this.value.result();
  }

  meetCircle(round: readonly Cell[]): void {
    const [first] = round;
    if (!first) return;
    const names = [...round, first].map(({ name }) => name);
    const shown = names.length > 12 ? [...names.slice(0, 6), '…', ...names.slice(-5)] : names;
    const why = `Each of these is defined by the next: ${shown.map((name) => `'${name}'`).join(' → ')}.`;
    const what = `'${first.name}' is defined by itself`;
    this.value.fail({ code: 'MTR022', what, site: headOf(first.first), why });
    // what cannot be made is left out
    if (this.#include === undefined) this.#segment += 1;
    else this.#include = '';
  }

  protected walk(): Want | undefined {
    const lines = this.lines ?? [];
    while (this.#line < lines.length) {
      const want = this.#goOn(lines[this.#line] as ValueLine);
      if (want) return want;
      if (this.#mode === 'text') return undefined;
      this.#line += 1;
      this.#segment = 0;
      this.#include = undefined;
      this.value.nextLine();
    }
    return undefined;
  }

  #goOn(line: ValueLine): Want | undefined {
    const { value } = this;
    if (line.kind === 'code') {
      this.#code(line);
      return undefined;
    }
    if (line.kind === 'misplaced') {
      const what = 'a block with code is used as a single line';
      value.fail({ code: 'MTR031', what, site: this.#site(line) });
      return undefined;
    }
    if (this.#include === undefined) {
      const want = this.#expand(line);
      if (want) return want;
      if (value.zapped) return undefined;
      if (line.kind === 'file' && !value.hasFailed) this.#takeFile(line);
    }
    if (this.#mode === 'text') return undefined;
    if (line.kind === 'include') return this.#includeLines(line);
    value.addLine(value.text, this.#site(line));
    return undefined;
  }

  /** Appends what the segments come to; stops at one that zaps. */
  #expand(line: ValueLine & { readonly segments: readonly Segment[] }): Want | undefined {
    const { segments } = line;
    for (; this.#segment < segments.length && !this.value.zapped; this.#segment += 1) {
      const segment = segments[this.#segment] as Segment;
      if (typeof segment === 'string') this.#append(segment, line);
      else {
        const want = this.#reference(segment);
        if (want) return want;
      }
    }
    return undefined;
  }

  #reference(reference: Reference): Want | undefined {
    const { value, knowledge } = this;
    if (reference.slip) {
      value.fail({ ...reference.slip, site: this.#site(reference) });
      return undefined;
    }
    const name = this.#target(reference);
    if (name === undefined) return undefined;
    knowledge.onUse?.(this.user, name);
    const cell = knowledge.definitions.get(name);
    // behind a mistake only names are checked: what else is wrong must not depend on what was evaluated before
    if (value.hasFailed && cell) return undefined;
    const choice = cell ? knowledge.chosen(cell, this.user) : undefined;
    if (choice && 'mode' in choice) return choice;
    if (choice?.absent) value.miss(choice.absent);
    if (choice?.error) value.failWith(choice.error, this.#site(reference), cell as Cell);
    else if (!choice?.definition || !cell) this.#undefined(reference, name);
    else if (reference.test) this.#append('yes', reference);
    else {
      const want: Want = { cell, mode: 'text', lax: this.inherited || reference.mod === 'lax' };
      const result = knowledge.known(want);
      if (!result) return want;
      this.#take(result, reference, cell);
    }
    return undefined;
  }

  #target(reference: Reference): string | undefined {
    const target = targetName(reference, this.standpoint?.section);
    if (target !== undefined) return target;
    const { form, name } = reference;
    const what = `'$[${form === 'self' ? '' : `:${name}`}]' stands outside of every section`;
    this.value.fail({ code: 'MTR026', what, site: this.#site(reference) });
    return undefined;
  }

  #undefined(reference: Reference, name: string): void {
    const { test, mod } = reference;
    const { value } = this;
    const allowed = mod === 'lax' || this.inherited || this.standpoint?.lax === true;
    if (mod === 'zap' || allowed || test) value.miss([name]);
    if (mod === 'zap') value.zapped = true;
    else if (test) this.#append('no', reference);
    else if (!allowed) this.#failUndefined(name, reference);
  }

  #failUndefined(name: string, at: TextRange): void {
    const what = `'${shortened(name)}' is not defined`;
    this.value.fail({ code: 'MTR021', what, site: this.#site(at), missing: name });
  }

  /** Takes the value of another element over, or its error. */
  #take(result: Result, reference: Reference, cell: Cell): void {
    const { value } = this;
    if (result.absent) value.miss(result.absent);
    if (result.kind === 'error') {
      value.failWith(result, this.#site(reference), cell);
      return;
    }
    value.deepen(result, this.#site(reference));
    if (result.kind === 'zapped' || (reference.mod === 'zap' && result.text === '')) value.zapped = true;
    else this.#append(result.text, reference);
  }

  #includeLines(line: ValueLine): Want | undefined {
    const { value, knowledge } = this;
    if (value.hasFailed) return undefined;
    this.#include ??= value.text;
    if (this.#include === '') return undefined;
    const [name = '', modifier, ...more] = this.#include.split(':');
    if (modifier !== undefined && (modifier !== 'lax' || more.length > 0)) {
      const what = `an include takes ':lax' alone, and no ':${shortened([modifier, ...more].join(':'))}'`;
      value.fail({ code: 'MTR024', what, site: this.#site(line) });
      return undefined;
    }
    knowledge.onUse?.(this.user, name);
    const cell = knowledge.definitions.get(name);
    const choice = cell ? knowledge.chosen(cell, this.user) : undefined;
    if (choice && 'mode' in choice) return choice;
    if (choice?.absent) value.miss(choice.absent);
    const lax = this.inherited || modifier === 'lax';
    if (choice?.error) value.failWith(choice.error, this.#site(line), cell as Cell);
    else if (!cell || !choice?.definition) {
      if (lax || this.standpoint?.lax) value.miss([name]);
      else this.#failUndefined(name, line);
    } else if (!choice.definition.node.isBlock) {
      const what = `'${name}' is a single line and cannot be included`;
      value.fail({ code: 'MTR027', what, site: this.#site(line) });
    } else {
      const want: Want = { cell, mode: 'lines', lax };
      const result = knowledge.known(want);
      if (!result) return want;
      if (result.absent) value.miss(result.absent);
      if (result.kind === 'error') value.failWith(result, this.#site(line), cell);
      else value.include(result, this.#site(line));
    }
    return undefined;
  }

  #code(line: ValueLine & { kind: 'code' }): void {
    const shown = showVariables(line, this.knowledge);
    if ('code' in shown) this.value.fail({ ...shown, site: this.#site(line) });
    else for (const text of shown.lines) this.value.addLine(text, this.#site(line));
  }

  /** `<< path`: the path was made, the text of the file takes its place. */
  #takeFile(line: ValueLine): void {
    const { value } = this;
    const written = value.text;
    const path = pathFrom(this.standpoint?.owner.file.path ?? '', written);
    const answer = written === '' ? ({ kind: 'missing' } as const) : this.knowledge.readFile(path);
    value.text = '';
    if (answer.kind === 'text') {
      this.#append(joinedLines(answer.text), line);
      return;
    }
    const what = `the file '${shortened(written)}' cannot be read`;
    value.fail({ code: 'MTR028', what, site: this.#site(line), why: `${path}: ${unreadableWhy(answer)}.` });
  }

  #append(text: string, at: TextRange): void {
    this.value.append(text, () => this.#site(at));
  }

  #site({ from, to }: TextRange): Site {
    return { owner: (this.standpoint as Standpoint).owner, from, to };
  }
}
