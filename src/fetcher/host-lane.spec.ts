import { describe, expect, it } from 'vitest';
import { isFault, type Problem, problem } from '../diagnostics/index.ts';
import { nextTurn, systemRandom, VirtualClock } from '../host/index.ts';
import { HostLane } from './host-lane.ts';

const middle = { ...systemRandom, hex: () => '80000000' };
const failed: Problem = problem('FET007', { what: "'x' answers 503" });
const slow: Problem = problem('FET002', { what: "'x' is too slow" });

function lane(budget = { atOnce: 2, gapMs: 100 }) {
  const clock = new VirtualClock(0);
  return { clock, lane: new HostLane({ host: 'x', budget, clock, random: middle }) };
}

/** Asks for turns, and notes when each is given, or by which code it is refused. */
function askFor(count: number, { clock, lane: own }: ReturnType<typeof lane>) {
  const log: (number | string)[] = [];
  const ends: (() => void)[] = [];
  for (let index = 0; index < count; index += 1) {
    own.turn(undefined).then(
      (end) => {
        log.push(clock.nowMs());
        ends.push(end);
      },
      (error: unknown) => log.push(isFault(error) ? error.problem.code : 'other'),
    );
  }
  return { log, ends };
}

describe('turns at a host', () => {
  it('are given so many at once and so far apart, in the order of the questions', async () => {
    const own = lane();
    const { log, ends } = askFor(4, own);
    await nextTurn();
    expect(log).toEqual([0]);
    await own.clock.advance(1_000);
    expect(log).toEqual([0, 100]);
    ends.shift()?.();
    await nextTurn();
    expect(log).toEqual([0, 100, 1_000]);
    ends.shift()?.();
    await own.clock.advance(1_000);
    expect(log).toEqual([0, 100, 1_000, 1_100]);
  });
  it('come later after a failure, and failures that happened together count once', async () => {
    const own = lane({ atOnce: 3, gapMs: 0 });
    const { ends } = askFor(3, own);
    await own.clock.advance(10);
    for (const end of ends) {
      own.lane.noteFailure(0, failed);
      end();
    }
    const { log } = askFor(1, own);
    await own.clock.advance(740);
    expect(log).toEqual([]);
    await own.clock.advance(1_000);
    // three quarters of a second by the chance of this test, since half of a pause is chance
    expect(log).toEqual([760]);
  });
  it('are no longer given after five rounds of failures, and those who wait are told', async () => {
    const own = lane({ atOnce: 1, gapMs: 0 });
    for (let round = 0; round < 5; round += 1) {
      const { log, ends } = askFor(1, own);
      await own.clock.advance(60_000);
      expect(log).toHaveLength(1);
      if (round < 4) own.lane.noteFailure(own.clock.nowMs(), failed);
      else {
        const waiting = askFor(2, own);
        own.lane.noteFailure(own.clock.nowMs(), failed);
        await nextTurn();
        expect(waiting.log).toEqual(['FET011', 'FET011']);
      }
      ends[0]?.();
    }
    expect(own.lane.leftAlone).toBe(failed);
  });
  it('are given again as before once the host has answered', async () => {
    const own = lane({ atOnce: 1, gapMs: 0 });
    for (let round = 0; round < 20; round += 1) {
      own.lane.noteFailure(own.clock.nowMs(), failed);
      await own.clock.advance(60_000);
      own.lane.noteAnswer();
    }
    expect(own.lane.leftAlone).toBeUndefined();
  });
  it('are lost sooner at a host that lets us wait, and at one that wants a long pause', async () => {
    const own = lane();
    for (let round = 0; round < 3; round += 1) {
      own.lane.noteFailure(own.clock.nowMs(), slow);
      await own.clock.advance(60_000);
    }
    expect(own.lane.leftAlone).toBe(slow);
    const other = lane();
    other.lane.noteFailure(0, failed, 61_000);
    expect(other.lane.leftAlone).toBe(failed);
  });
});
