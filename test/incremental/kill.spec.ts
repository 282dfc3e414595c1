import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Yard } from './model.ts';
import { slowTargets } from './slow-build.ts';

const program = join(import.meta.dirname, 'slow-build.ts');

test('A12: a build that is killed leaves nothing half made, and what was made is not made again', async () => {
  const yard = new Yard();
  try {
    for (let round = 0; round < 3; round += 1) {
      yard.write('source', `round ${round}`);
      const child = spawn(process.execPath, [program, yard.root], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(child, 'exit');
      let said = '';
      // killed while the third one of this round is half written
      for await (const piece of child.stdout) {
        said += String(piece);
        if (said.includes('half 2\n')) child.kill('SIGKILL');
      }
      await ended;
      const made: string[] = [];
      const targets = slowTargets((name) => made.push(name));
      const report = await yard.plan(targets).build();
      expect(report.failed).toEqual([]);
      expect(made).toEqual(['out/2', 'out/3', 'out/4']);
      for (let at = 0; at < 5; at += 1) {
        expect(readFileSync(join(yard.root, `out/${at}`), 'utf8')).toBe(`round ${round} `.repeat(1000));
      }
    }
  } finally {
    yard.end();
  }
});
