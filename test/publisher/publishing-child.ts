// Publishes for ever, until somebody kills it: argv holds the farm's folder and a seed.
// Prints what it recovered, `ready` once, then `NAME COUNT` for each package when its publication has returned, and `done`.
import { rmSync, writeFileSync } from 'node:fs';
import { forwardMark, goForward, openTestFarm } from './farm.ts';

const [root = '', seed = '1'] = process.argv.slice(2);
const at = { repo: 'farm', arch: 'x86_64' } as const;
const farm = await openTestFarm({ gnupg: true, root });
for (const note of await farm.repositories.recover()) process.stdout.write(`recovered ${note}\n`);

// Whoever was killed between going back and going forward again meant to do both.
await goForward(farm);

let state = Number(seed);
/** A small pseudo-random sequence, so that a failure can be run again. */
const below = (limit: number): number => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((state / 2_147_483_648) * limit);
};

const visible = farm.repositories.list().length > 0 ? farm.repositories.show('farm', 'x86_64') : [];
let count = Math.max(0, ...visible.map(({ version }) => Number.parseInt(version, 10)));
process.stdout.write('ready\n');

for (;;) {
  // Numbers of lives that ended early are skipped, so that no file name meets other bytes.
  count += 1 + below(3);
  const numbers = new Set(Array.from({ length: 1 + below(4) }, () => below(150)));
  const names = [...numbers].map((number) => `p${number}`);
  const version = `${count}.${seed}-1`;
  const add = await Promise.all(names.map((name) => farm.make({ name, version, contentBytes: 200 })));
  const remove = below(4) === 0 ? [`q${below(20)}`] : [];
  if (below(3) === 0) add.push(await farm.make({ name: `q${below(20)}`, version, contentBytes: 10 }));
  await farm.repositories.publish({ ...at, add, remove, reason: `life ${seed}` });
  process.stdout.write(`${names.map((name) => `${name} ${count}\n`).join('')}done\n`);
  const rows = farm.repositories.generations('farm', 'x86_64');
  if (below(10) === 0 && rows.length > 2) {
    const generation = rows.at(-2)?.number ?? 0;
    writeFileSync(forwardMark(root), String(rows.at(-1)?.number));
    await farm.repositories.rollback({ ...at, generation, reason: 'to and fro' });
    await farm.repositories.rollback({ ...at, generation: rows.at(-1)?.number ?? 0, reason: 'to and fro' });
    rmSync(forwardMark(root));
  }
}
