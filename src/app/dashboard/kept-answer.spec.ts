import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../host/index.ts';
import { KeptAnswer } from './kept-answer.ts';

describe('an answer that many ask for', () => {
  it('is put together when something has happened, a few times a second at most, and at times in any case', async () => {
    const clock = new VirtualClock();
    let event = 1;
    let made = 0;
    const kept = new KeptAnswer(
      clock,
      () => event,
      () => {
        made += 1;
        return made;
      },
    );
    expect([kept.get(), kept.get()]).toEqual([1, 1]);
    event = 2;
    expect(kept.get()).toBe(1);
    await clock.advance(301);
    expect([kept.get(), kept.get()]).toEqual([2, 2]);
    await clock.advance(1_500);
    expect(kept.get()).toBe(2);
    await clock.advance(600);
    expect(kept.get()).toBe(3);
  });
});
