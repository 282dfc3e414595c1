import { describe, expect, it } from 'vitest';
import { firstCollapsed, type LayoutNode, layersOf, layOut, neighbour } from './layout.ts';

const node = (state = 'waiting', critical = false): LayoutNode => ({ state, critical });

describe('the layout of a plan', () => {
  it('puts each job behind everything that it waits for', () => {
    expect([
      ...layersOf(5, [
        [0, 1],
        [1, 2],
        [0, 2],
        [0, 3],
      ]),
    ]).toEqual([0, 1, 2, 1, 0]);
    const { placed } = layOut(
      [node(), node(), node()],
      [
        [0, 1],
        [1, 2],
      ],
      new Set(),
    );
    expect(placed.map(({ x }) => x)).toEqual([...placed.map(({ x }) => x)].sort((a, b) => a - b));
  });

  it('makes one node of all jobs of a layer that are in a collapsed state, but for the critical path', () => {
    const nodes = [node('succeeded'), node('succeeded'), node('succeeded', true), node('waiting')];
    const { placed, edges, nodeOf } = layOut(
      nodes,
      [
        [0, 3],
        [1, 3],
        [2, 3],
      ],
      new Set(['succeeded']),
    );
    expect(placed.map(({ jobs, isBundle }) => [jobs, isBundle])).toEqual([
      [[0, 1], true],
      [[2], false],
      [[3], false],
    ]);
    expect([...nodeOf]).toEqual([0, 0, 1, 2]);
    expect(edges).toHaveLength(2);
  });

  it('puts no two nodes on the same place, of 2,500 jobs neither, and stays about as wide as high', () => {
    const count = 2500;
    const nodes = Array.from({ length: count }, () => node());
    const edges = Array.from({ length: 5000 }, (_, at): [number, number] => {
      const to = 1 + ((at * 7919) % (count - 1));
      return [(at * 104_729) % to, to];
    });
    const { placed, width, height } = layOut(nodes, edges, new Set());
    expect(placed).toHaveLength(count);
    expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(count);
    for (const { x, y, width: w, height: h } of placed) {
      expect(x + w).toBeLessThanOrEqual(width);
      expect(y + h).toBeLessThanOrEqual(height + 1);
    }
    expect(width / height).toBeGreaterThan(0.5);
    expect(width / height).toBeLessThan(2.5);
  });

  it('leads along edges to the left and right, and within a layer up and down', () => {
    const layout = layOut(
      [node(), node(), node(), node()],
      [
        [0, 2],
        [1, 2],
        [2, 3],
      ],
      new Set(),
    );
    expect(neighbour(layout, 2, 'right')).toBe(3);
    expect([0, 1]).toContain(neighbour(layout, 2, 'left'));
    expect(neighbour(layout, 3, 'right')).toBeUndefined();
    const above = neighbour(layout, 1, 'up') ?? neighbour(layout, 1, 'down');
    expect(above).toBe(0);
  });

  it('collapses what is done only where there is much of it', () => {
    expect(firstCollapsed(Array.from({ length: 50 }, () => node('succeeded'))).size).toBe(0);
    const many = [
      ...Array.from({ length: 200 }, () => node('succeeded')),
      ...Array.from({ length: 60 }, () => node('failed')),
    ];
    expect([...firstCollapsed(many)]).toEqual(['succeeded']);
  });
});
