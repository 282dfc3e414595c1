import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOf, mergeSettings } from './merge-settings.ts';

describe('mergeSettings', () => {
  it('48: joins lists, merges mappings, and says once what is replaced', () => {
    const replaced: string[] = [];
    const layers = [
      { lst: ['g'] },
      { lst: ['d'], nested: { a: 1, b: 2 } },
      { lst: ['p'], nested: { b: 3, c: 4 } },
    ];
    const merged = mergeSettings(layers, { onReplaced: (name) => replaced.push(name) });
    expect(merged).toEqual({ lst: ['g', 'd', 'p'], nested: { a: 1, b: 3, c: 4 } });
    expect(replaced).toEqual(['nested.b']);
  });

  it('refuses to replace in strict mode', () => {
    expect(() => mergeSettings([{ a: 1 }, { a: 2 }], { strict: true })).toThrow(/AGN035.*'a'/);
  });

  it('shares nothing with its layers and changes none of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 4 }),
        (layers) => {
          const before = JSON.stringify(layers);
          const merged = mergeSettings(layers);
          const spoil = (value: unknown): void => {
            if (typeof value !== 'object' || value === null) return;
            for (const inner of Object.values(value)) spoil(inner);
            if (Array.isArray(value)) value.push('spoilt');
            else (value as Record<string, unknown>)['spoilt'] = true;
          };
          spoil(merged);
          return JSON.stringify(layers) === before;
        },
      ),
    );
  });

  it('keeps objects of classes as they are', () => {
    const date = new Date(0);
    expect((copyOf({ a: [date] }) as { a: unknown[] }).a[0]).toBe(date);
  });
});
