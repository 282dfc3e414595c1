import { expect, it } from 'vitest';
import { usualSource, usualTarget } from '../../src/app/farm-names.ts';
import { farmSchema } from '../../src/config/farm-config.ts';

const usual = (targets: string[], sources: string[]) => {
  const config = farmSchema.parse({
    repository: 'mine',
    targets: Object.fromEntries(targets.map((name) => [name, {}])),
    'recipe-sources': Object.fromEntries(sources.map((name) => [name, { url: '/x' }])),
  });
  return [usualTarget(config), usualSource(config, usualTarget(config))];
};

it("takes the farm's own names for a request without any, and Chaotic Manager's where they exist", () => {
  expect(usual([], ['only'])).toEqual(['mine', 'only']);
  expect(usual(['games'], ['first', 'second'])).toEqual(['mine', 'first']);
  expect(usual(['chaotic-aur'], ['first', 'chaotic-aur'])).toEqual(['chaotic-aur', 'chaotic-aur']);
  expect(usual([], [])).toEqual(['mine', undefined]);
});
