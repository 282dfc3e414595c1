import type { TargetedPointerEvent } from 'preact';

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Moves {
  readonly move: (dx: number, dy: number) => void;
  readonly zoom: (by: number, around: Point) => void;
  /** What is at a point of the box. */
  readonly nodeAt: (at: Point) => number | undefined;
}

/** A pointer that moves less than this was meant to stand still. */
const stillPx = 4;

/** Moves with the pointer, and chooses where it did not move; two fingers zoom. The result is for `pointerdown`. */
export function dragging(moves: Moves) {
  const fingers = new Map<number, { x: number; y: number }>();
  return (event: TargetedPointerEvent<HTMLDivElement>, choose: (node: number | undefined) => void): void => {
    const box = event.currentTarget;
    const begin: Point = { x: event.clientX, y: event.clientY };
    fingers.set(event.pointerId, { ...begin });
    let moved = 0;
    const move = (next: PointerEvent): void => {
      const last = fingers.get(next.pointerId);
      if (!last) return;
      const other = [...fingers].find(([id]) => id !== next.pointerId)?.[1];
      if (other) pinch(moves, box, { last, other, next });
      else moves.move(next.clientX - last.x, next.clientY - last.y);
      moved += Math.abs(next.clientX - last.x) + Math.abs(next.clientY - last.y);
      last.x = next.clientX;
      last.y = next.clientY;
      if (moved > stillPx && !box.hasPointerCapture(next.pointerId)) box.setPointerCapture(next.pointerId);
    };
    const end = (last: PointerEvent): void => {
      fingers.delete(last.pointerId);
      box.removeEventListener('pointermove', move);
      for (const kind of ['pointerup', 'pointercancel'] as const) box.removeEventListener(kind, end);
      if (moved > stillPx || last.type !== 'pointerup') return;
      const { left, top } = box.getBoundingClientRect();
      choose(moves.nodeAt({ x: begin.x - left, y: begin.y - top }));
    };
    box.addEventListener('pointermove', move);
    for (const kind of ['pointerup', 'pointercancel'] as const) box.addEventListener(kind, end);
  };
}

/** Zooms by how the distance of two fingers changes, around their middle. */
function pinch(
  moves: Moves,
  box: HTMLElement,
  { last, other, next }: { readonly last: Point; readonly other: Point; readonly next: PointerEvent },
): void {
  const before = Math.hypot(last.x - other.x, last.y - other.y);
  const after = Math.hypot(next.clientX - other.x, next.clientY - other.y);
  const { left, top } = box.getBoundingClientRect();
  const around = { x: (next.clientX + other.x) / 2 - left, y: (next.clientY + other.y) / 2 - top };
  if (before > 0) moves.zoom(after / before, around);
}
