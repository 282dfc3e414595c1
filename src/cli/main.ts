import { endAtOnce } from './end-at-once.ts';

const words = process.argv.slice(2);
if (!(await endAtOnce(words))) {
  const { main } = await import('./index.ts');
  process.exitCode = await main(words);
}
