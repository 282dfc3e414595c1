// Rounds of work in which things go wrong, and what must be true after each of them.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from './dice.ts';
import { FaultFarm } from './fault-farm.ts';
import { faults } from './fault-list.ts';
import { Orchard } from './orchard.ts';
import { readDatabase } from './published-set.ts';
import { storyOf } from './story.ts';

export interface RoundsOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Only faults with these names; default: all. */
  readonly only?: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

interface Scene {
  readonly farm: FaultFarm;
  readonly orchard: Orchard;
  readonly names: readonly string[];
  /** Faults that were not tried yet: all of them are before one is tried again. */
  deck: string[];
}

/** How long a farm may take to come to rest after everything works again. */
const restMs = 180_000;

/** Runs rounds until one goes wrong, and throws the story of that one. */
export async function runRounds(options: RoundsOptions): Promise<void> {
  let orchard: Orchard | undefined;
  const farm = await FaultFarm.start({
    builders: 3,
    diskMebibytes: 128,
    prepare: (folder) => {
      orchard = new Orchard(join(folder, 'recipes'));
      return `recipe-sources: { demo: { url: ${orchard.folder} } }`;
    },
  });
  let isGood = false;
  try {
    if (!orchard) throw new Error('there are no recipes');
    const scene: Scene = { farm, orchard, names: options.only ?? Object.keys(faults), deck: [] };
    for (let round = 1; round <= options.rounds; round += 1) await oneRound(scene, round, options);
    isGood = true;
  } finally {
    await farm.dispose(!isGood);
  }
}

async function oneRound(scene: Scene, round: number, { seed, say }: RoundsOptions): Promise<void> {
  const { farm, orchard } = scene;
  const dice = new Dice(seed * 1_000 + round);
  const before = farm.ledger.newestEvent();
  const startMs = performance.now();
  const chosen = choose(scene, dice);
  const title = `seed ${seed}, round ${round}: ${chosen.join(' and ')}`;
  farm.note(title);
  const wave = plant(scene, dice, `wave-${seed}-${round}`);
  wave.catch(() => undefined);
  const breaking = chosen.map(async (name) => {
    await sleep(dice.number(4_000));
    farm.note(`begins: ${name}`);
    const wrong = (await faults[name]?.(farm, dice)) ?? [`there is no fault '${name}'`];
    farm.note(`is over: ${name}`);
    return wrong;
  });
  const wrong: string[] = [];
  try {
    // one after the other would hide what they do to each other; but the same process is not broken twice at once
    wrong.push(...(await Promise.all(breaking)).flat());
    await wave;
    wrong.push(...(await comeToRest(farm)));
    if (wrong.length === 0) wrong.push(...(await afterwards(farm, orchard)));
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  if (wrong.length > 0) throw new Error(storyOf(farm, { title, wrong, since: before }));
  say(`${title}: good after ${Math.round((performance.now() - startMs) / 100) / 10} s`);
}

/** One or two faults that do not concern the same process. */
function choose(scene: Scene, dice: Dice): string[] {
  if (scene.deck.length < 2) scene.deck.push(...dice.some(scene.names, scene.names.length));
  const [first = ''] = scene.deck.splice(0, 1);
  const subjects = (name: string): string[] =>
    ['manager', 'builder', 'redis', 'disk'].filter((subject) => name.includes(subject));
  const at = scene.deck.findIndex((name) => !subjects(name).some((one) => subjects(first).includes(one)));
  if (at < 0 || dice.chance(0.5)) return [first];
  return [first, ...scene.deck.splice(at, 1)];
}

/** Gives some recipes new versions and schedules them, partly twice and partly in two requests at once. */
async function plant({ farm, orchard }: Scene, dice: Dice, id: string): Promise<void> {
  const names = dice.some(orchard.names, 3 + dice.number(4));
  const commit = orchard.grow(names);
  const again = dice.chance(0.4);
  const requests = [farm.schedule(`${id}-a`, names, commit)];
  if (again) requests.push(farm.schedule(`${id}-a`, names, commit));
  if (dice.chance(0.3)) {
    // two requests on their way at once would arrive in any order, and the later one counts
    await requests[0];
    await sleep(dice.number(3_000));
    const more = dice.some(names, 2);
    requests.push(farm.schedule(`${id}-b`, more, orchard.grow(more)));
  }
  await Promise.all(requests);
  if (again) await farm.schedule(`${id}-a`, names, commit);
  const plans = farm.ledger.plansOfRequest(`${id}-a`);
  if (plans !== 1) throw new Error(`request ${id}-a led to ${plans} plans`);
}

/** Waits until nothing is to be done any more; says what is left when that takes too long. */
export async function comeToRest(farm: FaultFarm): Promise<string[]> {
  const endMs = performance.now() + restMs;
  for (;;) {
    const deaths = farm.actors.flatMap((actor) => actor.takeDeaths());
    if (deaths.length > 0) return deaths;
    const open = farm.ledger.openWork();
    if (open.length === 0) return [];
    if (performance.now() > endMs) return [`still to be done after ${restMs / 1000} s: ${open.join(', ')}`];
    await sleep(100);
  }
}

async function afterwards(farm: FaultFarm, orchard: Orchard): Promise<string[]> {
  const wrong = [...farm.ledger.check(), ...farm.reader.wrong];
  const published = await readDatabase(join(farm.published, 'demo.db'));
  for (const name of published.keys()) {
    const version = published.get(name)?.version;
    if (version !== orchard.versionOf(name))
      wrong.push(`${name} is published as ${version}, not ${orchard.versionOf(name)}`);
  }
  await farm.do('--farm', farm.farm, 'repo', 'verify').catch((error: unknown) => wrong.push(String(error)));
  for (const actor of farm.actors) await actor.ready();
  // an attempt is over for the manager a moment before its builder has tidied up
  const endMs = performance.now() + 20_000;
  while (farm.leftovers().length > 0 && performance.now() < endMs) await sleep(100);
  return [...wrong, ...farm.leftovers()];
}
