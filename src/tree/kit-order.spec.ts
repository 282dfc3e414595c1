import { describe, expect, it } from 'vitest';
import type { KitDefinition } from '../formats/gentoo/index.ts';
import { kitOrder } from './kit-order.ts';

const kit = (name: string, ...masters: string[]): KitDefinition => ({
  name,
  place: { file: 'repositories.yaml' },
  kind: 'auto',
  masters,
  aliases: [],
  eclasses: { include: new Map(), mask: [] },
  settings: {},
});

const ordered = (...kits: KitDefinition[]): readonly string[] => kitOrder(kits).map(({ name }) => name);

describe('kitOrder', () => {
  it('has masters first, and otherwise the order of the release', () => {
    expect(ordered(kit('a'), kit('b', 'c'), kit('c', 'd'), kit('d'), kit('e'))).toEqual([
      'd',
      'c',
      'a',
      'b',
      'e',
    ]);
  });

  it('has all branches of a master before the kits that need it', () => {
    expect(ordered(kit('b', 'a'), kit('a'), kit('a'))).toEqual(['a', 'a', 'b']);
  });

  it('refuses masters that are not in the release, and kits that need one another', () => {
    const refused = (kits: KitDefinition[], what: string): void =>
      expect(() => kitOrder(kits)).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'TRE004', what }) }),
      );
    refused([kit('a', 'b')], "kit 'a' has an unknown master 'b'");
    refused([kit('a', 'b'), kit('b', 'a')], "kits need one another: 'a' needs 'b' needs 'a'");
  });
});
