import { iterate, typeName } from './dict.ts';
import { evaluate } from './evaluate.ts';
import { type Compiled, Context, Frame, type Run, Scope, type Sink } from './frame.ts';
import type { BlockNode, StatementOf } from './nodes.ts';
import { TemplateTrouble, wrongUse } from './trouble.ts';
import { PlainObject, PyObject, Undefined, type Value } from './values.ts';

/** Runs a template, then the ones that it extends; what it prints goes to `sink`. */
export function runTemplate(run: Run, template: Compiled, parts: { context: Context; sink: Sink }): void {
  let current: Compiled | undefined = template;
  while (current) {
    parts.context.addBlocks(current.tree);
    const root: { parent: Compiled | undefined } = { parent: undefined };
    const frame = new Frame({ run, ...parts, root });
    parts.context.names.set('self', selfOf(frame));
    run.body(current.tree.body, frame);
    current = root.parent;
  }
}

function missing(names: readonly string[]): never {
  const [name] = names;
  const what =
    names.length === 1
      ? `there is no template '${name}'`
      : `there is none of the templates '${names.join("', '")}'`;
  throw new TemplateTrouble('TPL003', what);
}

/** The first template there is of a name or a list of names. */
function select(value: Value, frame: Frame): { names: string[]; template: Compiled | undefined } {
  if (value instanceof Undefined) return value.fail();
  const names = typeof value === 'string' ? [value] : Array.from(iterate(value), nameOf);
  for (const name of names) {
    const template = frame.run.load(name);
    if (template) return { names, template };
  }
  return { names, template: undefined };
}

function nameOf(value: Value): string {
  if (value instanceof Undefined) return value.fail();
  return typeof value === 'string' ? value : wrongUse(`the name of a template is not a ${typeName(value)}`);
}

function templateOf(node: StatementOf<'extends' | 'import'>, frame: Frame): Compiled {
  const value = evaluate(node.template, frame);
  frame.run.at = node.at;
  const name = nameOf(value);
  return frame.run.load(name) ?? missing([name]);
}

/** A context that sees everything that the frame sees, or nothing of it. */
function contextFrom(frame: Frame, hasContext: boolean): Context {
  return new Context(hasContext ? (name) => frame.find(name) : () => undefined);
}

export function runInclude(node: StatementOf<'include'>, frame: Frame): void {
  const value = evaluate(node.template, frame);
  frame.run.at = node.at;
  const { names, template } = select(value, frame);
  if (template)
    runTemplate(frame.run, template, { context: contextFrom(frame, node.hasContext), sink: frame.sink });
  else if (!node.isOptional) missing(names);
}

export function runExtends(node: StatementOf<'extends'>, frame: Frame): void {
  const parent = templateOf(node, frame);
  const { root } = frame;
  if (!root) throw new Error("'extends' is only read where a template can be extended");
  if (root.parent) wrongUse('a template is extended by two others');
  else root.parent = parent;
}

export function runImport(node: StatementOf<'import'>, frame: Frame): void {
  const template = templateOf(node, frame);
  const context = contextFrom(frame, node.hasContext);
  const sink = { text: '' };
  runTemplate(frame.run, template, { context, sink });
  frame.run.at = node.at;
  const attribute = (name: string): Value | undefined =>
    context.exported.has(name) ? context.names.get(name) : undefined;
  if (typeof node.as === 'string') {
    frame.setName(node.as, new Module(template.name, sink.text, attribute), false);
    return;
  }
  for (const { name, alias } of node.as) {
    const reason = `the template '${template.name}' does not export the requested name '${name}'`;
    frame.setName(alias, attribute(name) ?? new Undefined(reason), false);
  }
}

/** An imported template: its names, and as a text what it prints. */
class Module extends PlainObject {
  constructor(name: string, text: string, attribute: (name: string) => Value | undefined) {
    super(`TemplateModule '${name}'`, text, attribute);
  }
}

/** A version of a block that can be called: `super` and `self.name`. */
class BlockReference extends PyObject {
  readonly typeName = 'BlockReference';
  readonly #versions: readonly BlockNode[];
  readonly #index: number;
  readonly #frame: Frame;
  constructor(versions: readonly BlockNode[], index: number, frame: Frame) {
    super();
    this.#versions = versions;
    this.#index = index;
    this.#frame = frame;
  }
  override get isCallable(): boolean {
    return true;
  }
  override attribute(name: string): Value | undefined {
    return name === 'super' ? versionOf(this.#versions, this.#index + 1, this.#frame) : undefined;
  }
  override call(): Value {
    const sink = { text: '' };
    const { run, context } = this.#frame;
    const calledAt = run.at;
    runVersion(this.#versions, this.#index, new Frame({ run, context, sink }));
    run.at = calledAt;
    return sink.text;
  }
  print(): string {
    return '<BlockReference>';
  }
}

function versionOf(versions: readonly BlockNode[], index: number, frame: Frame): Value {
  if (index < versions.length) return new BlockReference(versions, index, frame);
  return new Undefined(`there is no parent block called '${versions[0]?.name}'`);
}

/** `self`: every block by its name. */
export function selfOf(frame: Frame): Value {
  return new PlainObject('TemplateReference', '<TemplateReference>', (name) => {
    const versions = frame.context.blocks.get(name);
    return versions && versionOf(versions, 0, frame);
  });
}

/** Runs one version of a block; `frame.scope` are the names that a scoped block sees. */
function runVersion(versions: readonly BlockNode[], index: number, frame: Frame): void {
  const block = versions[index] as BlockNode;
  const inside = frame.inner();
  inside.setName('super', versionOf(versions, index + 1, inside));
  inside.setName('self', selfOf(inside));
  frame.run.body(block.body, inside);
}

export function runBlock(node: StatementOf<'block'>, frame: Frame): void {
  const { run, context, sink } = frame;
  const versions = context.blocks.get(node.block.name) ?? [node.block];
  if (node.block.isRequired && versions.length <= 1) {
    run.at = node.at;
    wrongUse(`the required block '${node.block.name}' is not there in the templates that extend this one`);
  }
  const scope = node.block.isScoped ? new Scope(frame.scope) : undefined;
  runVersion(versions, 0, new Frame({ run, context, sink, scope }));
}
