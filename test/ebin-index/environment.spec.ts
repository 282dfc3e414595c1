import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../src/ebin-index/environment.ts';
import { assignmentOf } from '../../src/ebin-index/shell-text.ts';

const text = fc
  .array(
    fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\t',
      "'",
      '"',
      '\\',
      '$',
      '`',
      '(',
      ')',
      '[',
      ']',
      '=',
      '\x01',
      '\x1b',
      '\x7f',
      'é',
      '…',
      '!',
      '}',
      '#',
    ),
    {
      maxLength: 8,
    },
  )
  .map((list) => list.join(''));

const bash = (script: string, input: string): string =>
  execFileSync('bash', ['--norc', '-c', script], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
  });

it('variables are read as Bash declares them, and written so that Bash reads the same', () => {
  const values = fc.sample(text, { numRuns: 400, seed: 11 });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Bash
  const fill = 'mapfile -d "" -t all; for at in "${!all[@]}"; do printf -v "v$at" %s "${all[at]}"; done';
  const list = `declare -A map=([k]="\${all[0]}" ["\${all[1]}x"]=y); declare -p \${!v@} all map`;
  const { variables, functionText } = readEnvironment(
    bash(`${fill}; ${list}`, values.map((value) => `${value}\0`).join('')),
  );
  expect(functionText).toBe('');
  expect(values.map((_, at) => variables.get(`v${at}`)?.value)).toEqual(values);
  expect(variables.get('all')?.elements?.map(([, value]) => value)).toEqual(values);
  expect(Object.fromEntries(variables.get('map')?.elements ?? [])).toEqual({
    k: values[0],
    [`${values[1]}x`]: 'y',
  });
  // Control characters are refused, so only the others are written.
  const written = values.flatMap((value, at) => {
    const variable = variables.get(`v${at}`);
    return variable && !/[\x01\x1b\x7f]/.test(value)
      ? [{ value, line: assignmentOf(variable), name: `v${at}` }]
      : [];
  });
  const script = [
    ...written.map(({ line }) => line),
    ...written.map(({ name }) => `printf '%s\\0' "$${name}"`),
    '',
  ];
  expect(bash('eval "$(cat)"', script.join('\n')).split('\0').slice(0, -1)).toEqual(
    written.map(({ value }) => value),
  );
});
