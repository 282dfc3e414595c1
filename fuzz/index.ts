import { runTarget } from './run-target.ts';
import { readSeeds, targets } from './targets.ts';

/** `node fuzz/index.ts [NAME|all] [SECONDS]`: 10 s for each target by default; a failure prints the input. */
async function main(name = 'all', seconds = '10'): Promise<number> {
  const chosen = targets.filter((target) => name === 'all' || target.name === name);
  if (chosen.length === 0 || !(Number(seconds) > 0)) {
    console.error(`usage: fuzz [all|${targets.map((target) => target.name).join('|')}] [seconds]`);
    return 2;
  }
  let failures = 0;
  for (const target of chosen) {
    const end = performance.now() + Number(seconds) * 1000;
    const seed = Date.now() >>> 0;
    const goOn = (): boolean => performance.now() < end;
    const { done, failure } = await runTarget({ target, seeds: readSeeds(target.name), seed, goOn });
    console.log(`${failure ? 'FAIL' : 'ok  '} ${target.name}: ${done} inputs (seed ${seed})`);
    if (!failure) continue;
    failures += 1;
    console.log(failure.error instanceof Error ? failure.error.stack : failure.error);
    console.log(`input, base64: ${Buffer.from(failure.input).toString('base64')}`);
  }
  return failures ? 1 : 0;
}

process.exitCode = await main(process.argv[2], process.argv[3]);
