// node bench/index.ts NAME [ARGUMENT...]: runs one bench and those that are named NAME-SOMETHING; `list` names them, `all` runs each.
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const names = readdirSync(dirname(fileURLToPath(import.meta.url)))
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const [wanted] = process.argv.slice(2);
const chosen =
  wanted === 'all' ? names : names.filter((name) => name === wanted || name.startsWith(`${wanted}-`));

if (wanted === undefined || wanted === 'list' || chosen.length === 0) {
  if (wanted !== undefined && wanted !== 'list') console.error(`no bench is called '${wanted}'; there are:`);
  for (const name of names) console.log(name);
  process.exitCode = wanted === 'list' ? 0 : 2;
}
for (const name of chosen) {
  console.log(`== ${name}`);
  const bench: { run(): Promise<void> } = await import(`./${name}.ts`);
  await bench.run();
}
