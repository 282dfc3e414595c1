import { isTrue, iterate } from './dict.ts';
import { callValue, evaluate, filterText, givenOf } from './evaluate.ts';
import type { Frame } from './frame.ts';
import { Loop } from './loop.ts';
import { Macro } from './macro.ts';
import type { Statement, StatementOf } from './nodes.ts';
import { textOf } from './print.ts';
import { runBlock, runExtends, runImport, runInclude } from './run-templates.ts';
import { tooMuch } from './trouble.ts';
import type { Value } from './values.ts';

/** Characters that one template may print. */
const longest = 64 * 1024 * 1024;

/** Statements and items of one rendering: real templates have some thousands, and loops in loops have no end. */
const mostSteps = 5_000_000;

function count(frame: Frame, steps: number): void {
  frame.run.steps += steps;
  if (frame.run.steps > mostSteps) tooMuch('the template does too much');
}

type Runners = {
  readonly [Kind in Statement['kind']]: (node: StatementOf<Kind>, frame: Frame) => void;
};

function print(text: string, frame: Frame): void {
  if (frame.root?.parent) return;
  frame.sink.text += text;
  if (frame.sink.text.length > longest) tooMuch('the text that the template makes is too long');
}

function runIf(node: StatementOf<'if'>, frame: Frame): void {
  const branch = node.branches.find(({ test }) => isTrue(evaluate(test, frame)));
  runBody(branch?.body ?? node.otherwise, frame);
}

/** The items that the filter of a loop leaves. */
function filtered(node: StatementOf<'for'>, items: Value, frame: Frame): Value[] {
  frame.run.at = node.items.at;
  const all = [...iterate(items)];
  count(frame, all.length);
  const { filter } = node;
  if (!filter) return all;
  return all.filter((item) => {
    const inside = frame.inner();
    inside.assign(node.target, item);
    return isTrue(evaluate(filter, inside));
  });
}

function runLoop(node: StatementOf<'for'>, frame: Frame, over: { items: Value; depth: number }): void {
  const items = filtered(node, over.items, frame);
  if (items.length === 0) runBody(node.otherwise, frame.inner());
  const again = (inner: Value): string => {
    const nested = frame.inner({ text: '' });
    const calledAt = frame.run.at;
    runLoop(node, nested, { items: inner, depth: over.depth + 1 });
    frame.run.at = calledAt;
    return nested.sink.text;
  };
  const loop = new Loop(items, over.depth, node.isRecursive ? again : undefined);
  items.forEach((item, index) => {
    loop.goTo(index);
    const inside = frame.inner();
    if (node.hasLoop) inside.setName('loop', loop);
    inside.assign(node.target, item);
    runBody(node.body, inside);
  });
}

/** What a body prints, with names of its own. */
function captured(body: readonly Statement[], frame: Frame): string {
  const inside = frame.inner({ text: '' });
  runBody(body, inside);
  return inside.sink.text;
}

function runSetBlock(node: StatementOf<'set-block'>, frame: Frame): void {
  const text = captured(node.body, frame);
  frame.assign(node.target, node.filter ? filterText(node.filter, text, frame) : text);
}

function runWith(node: StatementOf<'with'>, frame: Frame): void {
  const inside = frame.inner();
  for (const { target, value } of node.values) inside.assign(target, evaluate(value, frame));
  runBody(node.body, inside);
}

function runCallBlock(node: StatementOf<'call-block'>, frame: Frame): void {
  const value = evaluate(node.call.value, frame);
  const { positional, named } = givenOf(node.call.given, node.call.at, frame);
  const caller = new Macro(node.caller, frame);
  frame.run.at = node.call.at;
  print(textOf(callValue(value, { positional, named: new Map([...named, ['caller', caller]]) })), frame);
}

const runners: Runners = {
  text: (node, frame) => print(node.text, frame),
  output(node, frame) {
    if (frame.root?.parent) return;
    const value = evaluate(node.value, frame);
    frame.run.at = node.at;
    print(textOf(value), frame);
  },
  if: runIf,
  for(node, frame) {
    runLoop(node, frame, { items: evaluate(node.items, frame), depth: 0 });
  },
  set: (node, frame) => frame.assign(node.target, evaluate(node.value, frame)),
  'set-block': runSetBlock,
  'filter-block'(node, frame) {
    print(textOf(filterText(node.filter, captured(node.body, frame), frame)), frame);
  },
  with: runWith,
  macro: (node, frame) => frame.setName(node.macro.name, new Macro(node.macro, frame)),
  'call-block': runCallBlock,
  block(node, frame) {
    // within another body a block is run where it stands, whatever the template extends
    if (frame.scope || !frame.root?.parent) runBlock(node, frame);
  },
  extends: runExtends,
  include: runInclude,
  import: runImport,
};

/** Runs statements in a row. */
export function runBody(body: readonly Statement[], frame: Frame): void {
  count(frame, body.length);
  for (const statement of body) {
    const run = runners[statement.kind] as (node: Statement, frame: Frame) => void;
    run(statement, frame);
  }
}
