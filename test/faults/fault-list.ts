// What can go wrong with a farm. Each fault is over when it returns: nothing is cut, stopped or missing any more.
import { setTimeout as sleep } from 'node:timers/promises';
import { finished } from '../end-to-end/farm-fixture.ts';
import type { Dice } from './dice.ts';
import { type BuilderMachine, type FaultFarm, leaseMs } from './fault-farm.ts';

/** Breaks something for a while; returns what the farm did not do as it should meanwhile. */
export type Fault = (farm: FaultFarm, dice: Dice) => Promise<readonly string[]>;

const longerThanLease = (dice: Dice): number => leaseMs * 1.25 + dice.number(2_000);

async function away(builder: BuilderMachine, ms: number): Promise<void> {
  await builder.actor.kill();
  await sleep(ms);
  builder.actor.start();
}

async function restartManager(farm: FaultFarm, pauseMs: number): Promise<void> {
  await farm.manager.kill();
  await sleep(pauseMs);
  farm.manager.start();
}

/**
 * The queue is out of reach until `packmill status` has said so, and for longer than a lease. When something else is
 * broken for long at the same time, what keeps the manager from saying so is named instead.
 */
async function queueAway(farm: FaultFarm, dice: Dice): Promise<readonly string[]> {
  const named = /redis|queue|no packmill is at work here|disk .* is full/i;
  const [, wrong] = await Promise.all([sleep(longerThanLease(dice)), farm.statusNames(named)]);
  return wrong;
}

/** Waits until an attempt is under way; gives up when there is none. */
async function someAttempt(farm: FaultFarm): Promise<void> {
  const endMs = performance.now() + 15_000;
  while (farm.ledger.running().length === 0 && performance.now() < endMs) await sleep(5);
}

/** Waits until the next success is on record; gives up when there is none. */
async function nextSuccess(farm: FaultFarm): Promise<void> {
  const before = farm.ledger.successes();
  const endMs = performance.now() + 15_000;
  while (farm.ledger.successes() === before && performance.now() < endMs) await sleep(2);
}

/** Each within seconds. */
export const shortFaults: Readonly<Record<string, Fault>> = {
  'manager killed': async (farm, dice) => {
    await restartManager(farm, dice.number(2_000));
    return [];
  },
  'manager killed while publishing': async (farm, dice) => {
    await nextSuccess(farm);
    await sleep(dice.number(60));
    await restartManager(farm, dice.number(500));
    return [];
  },
  'manager killed again and again': async (farm, dice) => {
    for (let times = 0; times < 3; times += 1) {
      await restartManager(farm, 0);
      await sleep(dice.number(2_500));
    }
    return [];
  },
  'manager stopped': async (farm, dice) => {
    farm.manager.stop();
    await sleep(longerThanLease(dice));
    farm.manager.resume();
    return [];
  },
  'builder killed': async (farm, dice) => {
    await away(dice.pick(farm.builders), dice.number(3_000));
    return [];
  },
  'all builders killed': async (farm, dice) => {
    await Promise.all(farm.builders.map((builder) => away(builder, dice.number(3_000))));
    return [];
  },
  'builder stopped': async (farm, dice) => {
    const { actor } = dice.pick(farm.builders);
    actor.stop();
    await sleep(longerThanLease(dice));
    actor.resume();
    return [];
  },
  'builder cut off': async (farm, dice) => {
    const { place } = dice.pick(farm.builders);
    place.cut();
    await sleep(longerThanLease(dice));
    place.heal();
    return [];
  },
  'redis killed, comes back empty': async (farm, dice) => {
    await farm.redis.kill();
    const wrong = await queueAway(farm, dice);
    await farm.redis.restart();
    return wrong;
  },
  'redis starts anew, empty': async (farm) => {
    await farm.redis.restart();
    return [];
  },
  'redis emptied': async (farm) => {
    await farm.redis.flush();
    return [];
  },
  'redis stopped': async (farm, dice) => {
    farm.redis.pause();
    const wrong = await queueAway(farm, dice);
    farm.redis.resume();
    return wrong;
  },
  'redis stopped for a moment': async (farm, dice) => {
    farm.redis.pause();
    await sleep(longerThanLease(dice));
    farm.redis.resume();
    return [];
  },
  'redis restored from an old dump': async (farm, dice) => {
    await farm.redis.save();
    await sleep(dice.number(4_000));
    await farm.redis.restart('dump');
    return [];
  },
  'second manager by mistake': async (farm) => {
    const second = farm.command(farm.environment, '--farm', farm.farm, 'manager', '--web-port', '0');
    const ran = await finished(second);
    if (ran.code !== 0 && ran.stderr.includes('QUE001')) return [];
    return [`a second manager is not refused: ${ran.code} ${ran.stdout}${ran.stderr}`];
  },
  "another farm's manager at the same redis": async (farm, dice) => {
    const other = await farm.otherFarm();
    other.start();
    await other.says(/QUE006/);
    // accepted, written down, and nothing that the other farm's queue hears of
    await farm.scheduleElsewhere(['root', 'fern']);
    await sleep(dice.number(3_000));
    await other.kill();
    return [];
  },
  'disk full': async (farm, dice) => {
    farm.disk.fill();
    await sleep(1_000 + dice.number(6_000));
    farm.disk.empty();
    return [];
  },
};

/** Longer than anybody who repeats a call a few times has patience. */
const longMs = 75_000;

/** Those that take more than a minute. */
export const longFaults: Readonly<Record<string, Fault>> = {
  'manager away for long': async (farm) => {
    await someAttempt(farm);
    await restartManager(farm, longMs);
    return [];
  },
  'disk full for long': async (farm) => {
    await someAttempt(farm);
    farm.disk.fill();
    const [, wrong] = await Promise.all([sleep(longMs), farm.statusNames(/./)]);
    farm.disk.empty();
    return wrong;
  },
  'redis away for long': async (farm) => {
    await someAttempt(farm);
    await farm.redis.kill();
    await sleep(longMs);
    await farm.redis.restart();
    return [];
  },
  'builder cut off for long': async (farm, dice) => {
    const { place } = dice.pick(farm.builders);
    place.cut();
    await sleep(longMs);
    place.heal();
    return [];
  },
};

export const faults: Readonly<Record<string, Fault>> = { ...shortFaults, ...longFaults };
