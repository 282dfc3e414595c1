/** What is to happen at which time, earliest first; of one time in the order in which it was put. A binary heap. */
export class Agenda<Item> {
  readonly #heap: { readonly atMs: number; readonly order: number; readonly item: Item }[] = [];
  #order = 0;

  /** Time of what comes next; undefined when nothing is left. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  put(atMs: number, item: Item): void {
    this.#order += 1;
    const heap = this.#heap;
    heap.push({ atMs, order: this.#order, item });
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#isBefore(parent, at)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  take(): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length === 0) return first.item;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && !this.#isBefore(least, child)) least = child;
      if (least === at) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (!one || !other) return true;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const kept = heap[a] as (typeof heap)[number];
    heap[a] = heap[b] as (typeof heap)[number];
    heap[b] = kept;
  }
}
