import { expect, it } from 'vitest';
import { AnswerMemory } from './answer-memory.ts';

const limits = { answers: 3, ms: 1_000, characters: 100 };

it('an answer is remembered for its time, counted from when it was last asked for', () => {
  const memory = new AnswerMemory(limits);
  memory.put('a', 'one', 0);
  expect(memory.get('a', 900)).toBe('one');
  expect(memory.get('a', 1_800)).toBe('one');
  expect(memory.get('a', 2_800)).toBeUndefined();
});
it('the oldest answers go when there are too many', () => {
  const memory = new AnswerMemory(limits);
  for (const id of ['a', 'b', 'c']) memory.put(id, id, 0);
  memory.get('a', 1);
  memory.put('d', 'd', 2);
  expect(['a', 'b', 'c', 'd'].map((id) => memory.get(id, 3))).toEqual(['a', undefined, 'c', 'd']);
});
it('the oldest answers go when they are too long together', () => {
  const memory = new AnswerMemory(limits);
  memory.put('a', 'x'.repeat(60), 0);
  memory.put('b', 'x'.repeat(60), 0);
  expect(memory.get('a', 1)).toBeUndefined();
  expect(memory.get('b', 1)).toHaveLength(60);
});
