import { unpack } from './collection-methods.ts';
import { globals, Namespace } from './globals.ts';
import type { BlockNode, Spot, Statement, Target, TemplateTree } from './nodes.ts';
import { wrongUse } from './trouble.ts';
import { Undefined, type Value } from './values.ts';

/** A template that is ready to run. */
export interface Compiled {
  readonly name: string;
  readonly tree: TemplateTree;
}

/** One call of `render`. */
export interface Run {
  /** Where the template is, for problems. */
  at: Spot;
  /** Statements that were run and items that were looped over. */
  steps: number;
  /** The template of a name; undefined when there is none. */
  load(name: string): Compiled | undefined;
  /** Runs statements in a row; given from outside, since templates hold statements that run templates. */
  body(statements: readonly Statement[], frame: Frame): void;
}

/** Names that a body introduces, and those around it. */
export class Scope {
  readonly names = new Map<string, Value>();
  readonly outer: Scope | undefined;
  constructor(outer: Scope | undefined) {
    this.outer = outer;
  }
  find(name: string): Value | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.outer) {
      const value = scope.names.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

/** What all bodies of one template share, with those of the templates that it extends. */
export class Context {
  /** Names that were set outside of every body; blocks see them, and whoever imports the template. */
  readonly names = new Map<string, Value>();
  readonly exported = new Set<string>();
  /** Every block's versions, the one of the template that extends the others first. */
  readonly blocks = new Map<string, BlockNode[]>();
  /** What the template was given. */
  readonly given: (name: string) => Value | undefined;
  constructor(given: (name: string) => Value | undefined) {
    this.given = given;
  }
  /** Puts the blocks of a template behind those that are there. */
  addBlocks(tree: TemplateTree): void {
    for (const [name, block] of tree.blocks) {
      const versions = this.blocks.get(name);
      if (versions) versions.push(block);
      else this.blocks.set(name, [block]);
    }
  }
}

/** Text that is being made. */
export interface Sink {
  text: string;
}

/** The root of a template while it runs: which template it extends, once that is known. */
export interface Root {
  parent: Compiled | undefined;
}

/** A body at work. */
export class Frame {
  readonly run: Run;
  readonly context: Context;
  readonly sink: Sink;
  /** Undefined outside of every body. */
  readonly scope: Scope | undefined;
  /** The template of the frame, while what is printed goes straight to its text: `extends` silences that. */
  readonly root: Root | undefined;
  constructor(parts: {
    run: Run;
    context: Context;
    sink: Sink;
    scope?: Scope | undefined;
    root?: Root | undefined;
  }) {
    this.run = parts.run;
    this.context = parts.context;
    this.sink = parts.sink;
    this.scope = parts.scope;
    this.root = parts.root;
  }

  /** A body within this one, with names of its own; what it prints goes to `sink`. */
  inner(sink: Sink = this.sink): Frame {
    const root = sink === this.sink ? this.root : undefined;
    return new Frame({ run: this.run, context: this.context, sink, root, scope: new Scope(this.scope) });
  }

  /** The value of a name, from the inside out; undefined when nobody knows it. */
  find(name: string): Value | undefined {
    return (
      this.scope?.find(name) ?? this.context.names.get(name) ?? this.context.given(name) ?? globals.get(name)
    );
  }

  lookUp(name: string): Value {
    return this.find(name) ?? new Undefined(`'${name}' is undefined`);
  }

  /** Gives a name a value in this body; outside of every body, others see it, too, unless it begins with `_`. */
  setName(name: string, value: Value, isExported = true): void {
    if (this.scope) {
      this.scope.names.set(name, value);
      return;
    }
    this.context.names.set(name, value);
    if (isExported && !name.startsWith('_')) this.context.exported.add(name);
    else this.context.exported.delete(name);
  }

  assign(target: Target, value: Value): void {
    if (target.kind === 'name') this.setName(target.name, value);
    else if (target.kind === 'member') this.#setMember(target, value);
    else {
      this.run.at = target.at;
      const parts = unpack(value, target.items.length);
      target.items.forEach((item, index) => {
        this.assign(item, parts[index] as Value);
      });
    }
  }

  #setMember(target: Extract<Target, { readonly kind: 'member' }>, value: Value): void {
    this.run.at = target.at;
    const object = this.lookUp(target.object);
    if (object instanceof Namespace) object.values.set(target.name, value);
    else wrongUse(`'${target.object}' is not a namespace, so that nothing can be set in it`);
  }
}
