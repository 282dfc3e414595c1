import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calledCommands, parseShell, walkShell } from '../../src/formats/shell/index.ts';

const root = join(import.meta.dirname, '../..');
const snippets = readFileSync(join(root, 'testdata/shell/snippets.txt'), 'utf8').trimEnd().split('\n%%\n');
const recipes = globSync('{examples/pkgbuilds,testdata}/**/PKGBUILD', { cwd: root })
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .concat(readFileSync(join(root, 'fuzz/corpus/shell/recipe'), 'utf8'));

const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' };

/** Whether Bash takes a text for a script; its test expressions are wrong without a bad exit. */
function bashTakes(text: string): boolean {
  const result = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8', env: environment });
  if (result.error) throw result.error;
  return result.status === 0 && !/error|expected|unexpected/.test(result.stderr);
}

const weTake = (text: string): boolean => parseShell(text, 'x').problems.length === 0;

describe('the reader of Bash, compared with Bash', () => {
  it('takes and refuses what Bash does', () => {
    expect(snippets.length).toBeGreaterThan(390);
    const different = snippets.filter((text) => weTake(text) !== bashTakes(text));
    expect(different).toEqual([]);
  });

  it('refuses some of what Bash takes, on purpose: tricks with continued lines and late here-documents', () => {
    for (const text of [
      'i\\\nf true; then :; fi',
      'pkg\\\nver=1',
      'echo $(cat <<E)\na\nE\n',
      'cat <<E && x=(\nb\nE\na)\nE',
      'x=(a)b',
      '[[ a && ]]\n',
    ]) {
      expect([text, bashTakes(text), weTake(text)]).toEqual([text, true, false]);
    }
  });

  it('never takes what Bash refuses, also when scripts are damaged at random', () => {
    const piece = fc.constantFrom(
      ...'( ) { } ; | & < > " \' $ ` \\ # a = ! \n $( ${ (( )) ;; if fi in do done esac [[ ]]'.split(' '),
      ' ',
    );
    const damaged = fc
      .tuple(fc.constantFrom(...snippets), fc.nat(), fc.nat(1), piece)
      .map(([text, where, length, inserted]) => {
        const at = where % (text.length + 1);
        return text.slice(0, at) + inserted + text.slice(at + length);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        fc.pre(!text.includes('extglob'));
        if (weTake(text)) expect([text, bashTakes(text)]).toEqual([text, true]);
      }),
      { numRuns: 400 },
    );
  });

  it('reads the same values of literal scalars and arrays', () => {
    const word = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9_.,:+/@%-]{1,8}$/),
      fc.stringMatching(/^'[ -&(-~\n]{0,8}'$/),
      fc.stringMatching(/^"[ !#%-[\]-_a-~]{0,8}"$/),
      fc.stringMatching(/^"(\\[$`"\\]|\\[a-z]|[a-z ]){0,5}"$/),
      fc.stringMatching(/^(\\[ -~]|[a-z]){1,4}$/),
      fc.stringMatching(/^\$'(\\[abefnrtv\\'"?]|\\x[2-6][0-9a-f]|\\0?[4-6][0-7]|[a-z ]){0,5}'$/),
      fc.constantFrom('~', '*', '{a,b}', 'a{b', '[x]', 'a#b', 'a\\\nb'),
    );
    const statement = fc.oneof(
      fc.tuple(fc.constantFrom('a', 'b_1', 'pkgver'), word).map(([name, value]) => `${name}=${value}`),
      fc
        .tuple(
          fc.constantFrom('c', 'd2'),
          fc.array(word, { maxLength: 4 }),
          fc.constantFrom(' ', '\n', ' # x\n '),
        )
        .map(([name, values, between]) => `${name}=(${values.join(between)})`),
    );
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 8 }), (statements) => {
        const text = `${statements.join('\n')}\n`;
        const ours = literalValues(text);
        const theirs = declared(text, [...ours.keys()]);
        expect([text, ours]).toEqual([text, theirs]);
      }),
      { numRuns: 60 },
    );
  });

  it('reads recipes as shfmt does: the same commands and functions at the same places', () => {
    expect(recipes.length).toBeGreaterThan(10);
    for (const recipe of recipes) {
      // shfmt counts bytes and we count letters
      const text = recipe.replaceAll(/[^\0-\x7f]/g, '_');
      const shell = parseShell(text, 'PKGBUILD');
      expect(shell.problems).toEqual([]);
      const ours = calledCommands(shell).map(({ place }) => `${place.line}:${place.column}`);
      walkShell(shell, ({ kind, node }) => {
        if (kind === 'command' && node.kind === 'function') ours.push(`${node.name}@${node.place.line}`);
      });
      expect(ours.sort()).toEqual([...seenByShfmt(text)].sort());
    }
  });
});

type Values = Map<string, string | readonly string[]>;

/** What the last assignment of each name says, as far as it is literal. */
function literalValues(text: string): Values {
  const values: Values = new Map();
  const shell = parseShell(text, 'x');
  expect([text, shell.problems]).toEqual([text, []]);
  walkShell(shell, ({ kind, node }) => {
    if (kind !== 'assignment') return;
    values.delete(node.name);
    if (node.value?.literal !== undefined) values.set(node.name, node.value.literal);
    const elements = node.elements?.map(({ word }) => word.literal);
    if (elements?.every((one) => one !== undefined)) values.set(node.name, elements as readonly string[]);
  });
  return values;
}

/** What Bash itself has in these variables after the text. */
function declared(text: string, names: readonly string[]): Values {
  const show = names.map((name) => `printf '%s\\0' "\${#${name}[@]}" "\${${name}[@]}"`).join('\n');
  const result = spawnSync('bash', ['--norc', '--noprofile', '-c', `set -f\n${text}${show}\n`], {
    encoding: 'utf8',
    env: environment,
    cwd: '/',
  });
  if (result.error) throw result.error;
  const fields = result.stdout.split('\0');
  const values: Values = new Map();
  let at = 0;
  for (const name of names) {
    const count = Number(fields[at]);
    const found = fields.slice(at + 1, at + 1 + count);
    at += 1 + count;
    values.set(name, /^[cd]/.test(name) ? found : (found[0] as string));
  }
  return values;
}

interface ShfmtNode {
  readonly Type?: string;
  readonly Pos?: { readonly Line: number; readonly Col: number };
  readonly Args?: readonly unknown[] | null;
  readonly Name?: { readonly Value?: string };
}

function seenByShfmt(text: string): ReadonlySet<string> {
  const result = spawnSync('shfmt', ['-ln', 'bash', '--to-json'], { input: text, encoding: 'utf8' });
  if (result.error || result.status !== 0) throw result.error ?? new Error(result.stderr);
  const seen = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one);
    else if (value !== null && typeof value === 'object') {
      const node = value as ShfmtNode;
      const isCall = node.Type === 'CallExpr' && (node.Args?.length ?? 0) > 0;
      if (isCall || node.Type === 'DeclClause') seen.add(`${node.Pos?.Line}:${node.Pos?.Col}`);
      if (node.Type === 'FuncDecl') seen.add(`${node.Name?.Value}@${node.Pos?.Line}`);
      for (const one of Object.values(value)) walk(one);
    }
  };
  walk(JSON.parse(result.stdout));
  return seen;
}
