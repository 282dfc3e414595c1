import { createRef } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { dragging, type Point } from './dragging.ts';
import { type DrawnScene, draw, type Frame } from './draw.ts';

const leastScale = 0.02;
const mostScale = 3;
/** Names can be read from here on. */
const readableScale = 0.8;
/** Room around the whole, in units. */
const margin = 40;

/** What of a graph is seen, and how that moves. Nothing of it is state of a component: a frame costs a frame. */
export class GraphCanvas {
  readonly element = createRef<HTMLCanvasElement>();
  #scene: DrawnScene | undefined;
  #frame: Frame = { scale: 1, left: 0, top: 0 };
  #due = 0;

  /** Chooses what a click without a drag is on, and moves the view with a drag. */
  readonly press = dragging({
    move: (dx, dy) => {
      const { scale, left, top } = this.#frame;
      this.#frame = { scale, left: left + dx / scale, top: top + dy / scale };
      this.redraw();
    },
    zoom: (by, around) => this.zoom(by, around),
    nodeAt: (at) => this.#nodeAt(at),
  });

  set scene(scene: DrawnScene) {
    this.#scene = scene;
    this.redraw();
  }

  redraw(): void {
    cancelAnimationFrame(this.#due);
    this.#due = requestAnimationFrame(() => {
      if (this.element.current && this.#scene) draw(this.element.current, this.#frame, this.#scene);
    });
  }

  /** Shows all of it. */
  whole(): void {
    const box = this.#box();
    if (!box || !this.#scene) return;
    const { width, height } = this.#scene.layout;
    const fitting = Math.min(box.clientWidth / (width + margin), box.clientHeight / (height + margin));
    const scale = Math.min(1.2, Math.max(leastScale, fitting));
    const left = (box.clientWidth / scale - width) / 2;
    this.#frame = { scale, left, top: (box.clientHeight / scale - height) / 2 };
    this.redraw();
  }

  /** Larger or smaller, around a point of the box or its middle. */
  zoom(by: number, around?: Point): void {
    const box = this.#box();
    if (!box) return;
    const { scale, left, top } = this.#frame;
    const next = Math.min(mostScale, Math.max(leastScale, scale * by));
    const x = around?.x ?? box.clientWidth / 2;
    const y = around?.y ?? box.clientHeight / 2;
    this.#frame = { scale: next, left: left + x / next - x / scale, top: top + y / next - y / scale };
    this.redraw();
  }

  /** Brings a node into the middle, large enough to be read. */
  show(node: number): void {
    const box = this.#box();
    const place = this.#scene?.layout.placed[node];
    if (!box || !place) return;
    const scale = Math.max(readableScale, this.#frame.scale);
    this.#frame = {
      scale,
      left: box.clientWidth / scale / 2 - place.x - place.width / 2,
      top: box.clientHeight / scale / 2 - place.y - place.height / 2,
    };
    this.redraw();
  }

  /** Follows wheel, size and colours until the result is called. */
  attach(): () => void {
    const box = this.#box();
    if (!box) return () => {};
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = box.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY * 0.0015), { x: event.clientX - left, y: event.clientY - top });
    };
    const redraw = (): void => this.redraw();
    box.addEventListener('wheel', wheel, { passive: false });
    const size = new ResizeObserver(redraw);
    size.observe(box);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', redraw);
    return () => {
      box.removeEventListener('wheel', wheel);
      size.disconnect();
      dark.removeEventListener('change', redraw);
      cancelAnimationFrame(this.#due);
    };
  }

  #box(): HTMLElement | null | undefined {
    return this.element.current?.parentElement;
  }

  #nodeAt(at: Point): number | undefined {
    const { scale, left, top } = this.#frame;
    const x = at.x / scale - left;
    const y = at.y / scale - top;
    const found = this.#scene?.layout.placed.findIndex(
      (one) => x >= one.x && x <= one.x + one.width && y >= one.y && y <= one.y + one.height,
    );
    return found === undefined || found < 0 ? undefined : found;
  }
}

/** One canvas for a component, which draws the scene whenever it is another one. */
export function useGraphCanvas(scene: DrawnScene): GraphCanvas {
  const canvas = useMemo(() => new GraphCanvas(), []);
  const shape = useRef('');
  useEffect(() => canvas.attach(), [canvas]);
  useEffect(() => {
    canvas.scene = scene;
    const { placed, width } = scene.layout;
    // a graph of another shape is shown whole; a job that moved changes nothing
    const now = `${placed.length} ${width}`;
    if (now !== shape.current) canvas.whole();
    shape.current = now;
  }, [canvas, scene]);
  return canvas;
}
