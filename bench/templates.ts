// Templates of Jinja2: ours against the real ones. PACKMILL_TEMPLATE_TREE=FOLDER takes every *.tmpl below it, such as those
// of a kit-fixups tree; without it, templates written here. Each is rendered with made-up variables by both engines, texts
// and places of errors are compared, and both are timed.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededNumbers } from '../fuzz/mutate.ts';
import { compileTemplate } from '../src/formats/jinja/index.ts';
import {
  type RenderCase,
  renderForReal,
  renderWithOurs,
  revive,
  sameOutcome,
} from '../test/jinja/real-jinja.ts';

const textMethods =
  /^(split|rsplit|strip|lstrip|rstrip|replace|startswith|endswith|upper|lower|title|capitalize|join|format|find|count|partition|rpartition|zfill|splitlines)$/;
const dictMethods = /^(items|keys|values|get)$/;

type Shape = { readonly parts: Map<string, Shape>; isText: boolean; isDict: boolean; isList: boolean };

/** What a template does with its names, read off roughly: attributes, methods, loops. */
function shapes(text: string): Map<string, Shape> {
  const root = new Map<string, Shape>();
  for (const [, code = ''] of text.matchAll(/\{[{%](.*?)[%}]\}/gs)) {
    const plain = code
      .replace(/\[['"]([A-Za-z_]\w*)['"]\]/g, '.$1')
      .replace(/'[^']*'|"[^"]*"/g, '')
      .replace(/\[-?\d+\]/g, '.item_')
      .replace(/\[[^\]]*:[^\]]*\]/g, '.split');
    for (const [chain] of plain.matchAll(/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/g)) {
      let level = root;
      let shape: Shape | undefined;
      for (const name of chain.split('.')) {
        if (shape && textMethods.test(name)) shape.isText = true;
        else if (shape && dictMethods.test(name)) shape.isDict = true;
        else {
          const known: Shape = level.get(name) ?? {
            parts: new Map(),
            isText: false,
            isDict: false,
            isList: false,
          };
          level.set(name, known);
          shape = known;
          level = known.parts;
          continue;
        }
        break;
      }
      const looped = new RegExp(`\\bin\\s+${chain.replaceAll('.', '\\.')}\\s*(?:$|[|%-]|if)`).test(plain);
      if (shape && looped) shape.isList = true;
    }
  }
  return root;
}

const words = [
  '1.2.3',
  'foo',
  'a/b.c',
  '20240101',
  'dev-python',
  'x y\nz',
  '',
  'v1.0_rc1',
  "it's",
  'https://example.com/foo-1.0.tar.gz',
];

function value(shape: Shape, pick: (below: number) => number): unknown {
  const item = shape.parts.get('item_');
  if (item) return [0, 1, 2].map(() => value(item, pick));
  if (shape.parts.has('src_uri') || shape.parts.has('final_name')) {
    return {
      __shown__: '<Artifact>',
      attributes: { src_uri: 'https://example.com/a -> a.tar.gz', final_name: 'a.tar.gz', size: 5 },
    };
  }
  if (shape.parts.size > 0) return members(shape.parts, pick);
  if (shape.isText) return words[pick(words.length)];
  if (shape.isDict) return { b: words[pick(words.length)], a: [words[pick(words.length)], 'z'] };
  if (shape.isList) return [0, 1, 2].slice(0, pick(4)).map(() => words[pick(words.length)]);
  return [
    words[pick(words.length)],
    words[pick(words.length)],
    pick(100),
    pick(2) === 0,
    null,
    2.5,
    ['a', 'b'],
    { k: 'v' },
  ][pick(8)];
}

function members(
  parts: ReadonlyMap<string, Shape>,
  pick: (below: number) => number,
  missing = 12,
): Record<string, unknown> {
  return Object.fromEntries(
    [...parts].filter(() => pick(missing) > 0).map(([name, shape]) => [name, value(shape, pick)]),
  );
}

function ownTemplates(): [string, string][] {
  const ebuild = `# Distributed under the terms of the MIT license\nEAPI=7\n{%- if python_compat %}\nPYTHON_COMPAT=( {{ python_compat }} )\n{%- endif %}\nSRC_URI="{{ src_uri }}"\n{% for dep in depends | default([]) -%}\nDEPEND+=" {{ dep }}"\n{% endfor %}S="\${WORKDIR}/{{ name }}-{{ version.split('.')[:2] | join('.') }}"\n{% macro use(flag, dep) %}{{ flag }}? ( {{ dep }} ){% endmacro %}RDEPEND="{{ use('ssl', 'dev-libs/openssl') }}"\n`;
  return Array.from({ length: 200 }, (_, index) => [`own-${index}.tmpl`, `# ${index}\n${ebuild}`]);
}

function treeTemplates(folder: string): [string, string][] {
  const files = globSync('**/*.tmpl', { cwd: folder }).sort();
  return files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
}

/** Time of `run` in milliseconds, the best of three. */
function timed(run: () => void): number {
  const times = [0, 1, 2].map(() => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

export async function run(): Promise<void> {
  const folder = process.env.PACKMILL_TEMPLATE_TREE;
  if (folder !== undefined && !existsSync(folder)) throw new Error(`'${folder}' is not there`);
  const texts = folder === undefined ? ownTemplates() : treeTemplates(folder);
  const numbers = new SeededNumbers(Number(process.env.PACKMILL_SEED ?? 20_240_101));
  const pick = (below: number): number => numbers.next(below);
  const cases: RenderCase[] = texts.flatMap(([file, text]) => {
    const known = shapes(text);
    // the first two have every variable, the others lack some
    return [1000, 1000, 12, 4].map((missing) => {
      return { main: file, templates: { [file]: text }, variables: members(known, pick, missing) };
    });
  });
  const real = renderForReal(cases);
  let differences = 0;
  let rendered = 0;
  for (const [index, one] of cases.entries()) {
    const [theirs, ours] = [real[index] ?? {}, renderWithOurs(one)];
    if (theirs.text !== undefined) rendered += 1;
    if (sameOutcome(theirs, ours)) continue;
    differences += 1;
    if (differences > 20) continue;
    console.log(`different: ${one.main} with ${JSON.stringify(one.variables)}`);
    console.log(`  real ${JSON.stringify(theirs)}\n  ours ${JSON.stringify(ours)}`);
  }
  console.log(
    `${texts.length} templates, ${cases.length} renderings: ${cases.length - differences} equal (${rendered} texts, the rest fail in both), ${differences} different`,
  );
  time(texts, cases, real);
}

function time(
  texts: readonly [string, string][],
  cases: readonly RenderCase[],
  real: readonly { text?: string }[],
): void {
  const good = cases.filter((_, index) => real[index]?.text !== undefined);
  const loadable = texts.filter(([file]) => good.some((one) => one.main === file));
  const compile = timed(() => {
    for (const [file, text] of loadable) compileTemplate(text, { name: file });
  });
  const variables = good.map((one) => revive(one.variables) as Record<string, unknown>);
  const compiled = new Map(loadable.map(([file, text]) => [file, compileTemplate(text, { name: file })]));
  const render = timed(() => {
    good.forEach(({ main }, index) => {
      compiled.get(main)?.render(variables[index] ?? {});
    });
  });
  const perSecond = (count: number, milliseconds: number): string =>
    `${Math.round((count / milliseconds) * 1000)}/s`;
  console.log(`compile ${perSecond(loadable.length, compile)}, render ${perSecond(good.length, render)}`);
}
