import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arithmetic, expressions, formats } from './made-up-expressions.ts';
import {
  type RenderCase,
  type RenderResult,
  renderForReal,
  renderWithOurs,
  sameOutcome,
} from './real-jinja.ts';

const folder = join(import.meta.dirname, '../../testdata/jinja');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const variables = JSON.parse(read('variables.json')) as Record<string, unknown>;

/** One expression a line; a line that ends with a backslash goes on in the next one. */
function expressionLines(): string[] {
  const text = read('expressions.txt').replace(/^#.*\n/gm, '');
  return text.split(/(?<!\\)\n/).filter((line) => line !== '');
}

/** Cases between lines of '='; '--- NAME' begins another file of a case. */
function templateCases(): RenderCase[] {
  const cases = read('templates.txt')
    .split(/^=====\n/m)
    .slice(1);
  return cases.map((text) => {
    const [main = '', ...more] = text.split(/^--- (\S+)\n/m);
    const templates: Record<string, string> = { main };
    for (let at = 0; at < more.length; at += 2) templates[more[at] as string] = more[at + 1] as string;
    return { main: 'main', templates, variables };
  });
}

const expressionCase = (expression: string): RenderCase => ({
  main: 'main',
  templates: { main: `line 1\n{{ ${expression} }}` },
  variables,
});

interface Difference {
  readonly template: string | undefined;
  readonly real: RenderResult;
  readonly ours: RenderResult;
}

type Agree = (real: RenderResult, ours: RenderResult) => boolean;

function differences(cases: readonly RenderCase[], agree: Agree): Difference[] {
  const real = renderForReal(cases);
  expect(real).toHaveLength(cases.length);
  return cases
    .map((one, index) => ({
      template: one.templates.main,
      real: real[index] ?? {},
      ours: renderWithOurs(one),
    }))
    .filter((outcome) => !agree(outcome.real, outcome.ours));
}

/** Made-up expressions fail in both or in none; why they fail is compared in the written ones. */
const sameText: Agree = (real, ours) => {
  // where an object lies in Python's memory is printed by nobody else
  if (/<\w[^>]* (?:object|method)/.test(real.text ?? '')) return true;
  // the constants of a branch that is never taken are computed while compiling
  if (real.error === 'TypeError' && real.line === null) return true;
  // complex numbers are Python's alone, and so is the type of what is escaped
  if (/\dj\)|Markup\(/.test(real.text ?? '')) return true;
  return real.text === ours.text;
};

function sampled(kind: fc.Arbitrary<string>, count: number): RenderCase[] {
  return fc.sample(kind, count).map(expressionCase);
}

describe('the dialect against the Jinja2 of Python', () => {
  it('renders every written expression as it does, or fails in the same line for the same kind of reason', () => {
    const cases = expressionLines().map(expressionCase);
    expect(cases.length).toBeGreaterThan(900);
    expect(differences(cases, sameOutcome)).toEqual([]);
  });

  it('renders every written template as it does, with those that it extends, includes and imports', () => {
    const cases = templateCases();
    expect(cases.length).toBeGreaterThan(250);
    expect(differences(cases, sameOutcome)).toEqual([]);
  });

  it('computes made-up expressions as it does', () => {
    expect(differences(sampled(expressions, 2000), sameText)).toEqual([]);
  });

  it('computes with numbers of every size as it does', () => {
    expect(differences(sampled(arithmetic, 2000), sameText)).toEqual([]);
  });

  it('formats made-up values as it does', () => {
    expect(differences(sampled(formats, 2000), sameText)).toEqual([]);
  });
});
