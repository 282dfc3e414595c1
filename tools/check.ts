// All judges of `npm run check`, one after another; each one's words are shown when it objects. Exit code 1 if any does.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const judges = [
  {
    name: 'format and lint',
    command: [bin('biome'), 'ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=40'],
    next: 'npm run format',
  },
  { name: 'types', command: [bin('tsc'), '--noEmit'], next: 'correct the types named above' },
  {
    name: 'types of the dashboard',
    command: [bin('tsc'), '--noEmit', '-p', 'web'],
    next: 'correct the types named above',
  },
  {
    name: 'rooms and sizes',
    command: [process.execPath, 'tools/check-rooms.ts'],
    next: 'each line above says what to do',
  },
  {
    name: 'dead code',
    command: [bin('knip'), '--no-progress'],
    next: 'remove what nothing uses, or its export',
  },
  {
    name: 'documents',
    command: [
      process.execPath,
      join('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      'test/house-rules',
      '--reporter=dot',
    ],
    next: 'npm run docs:errors writes docs/errors.md; the other documents are corrected by hand',
  },
];

let failed = 0;
for (const { name, command, next } of judges) {
  const [program = '', ...args] = command;
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 27 });
  const words = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  if (result.status === 0) console.log(`ok      ${name}`);
  else {
    failed += 1;
    console.log(`${words.trimEnd()}\nFAILED  ${name}; next: ${next}`);
  }
}
console.log(`${judges.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
