// A network of the test's own: places with an address each, which can be cut off.
import { existsSync } from 'node:fs';
import { ownName, system } from './leftovers.ts';

/** A network namespace that stands for another machine. */
export interface Place {
  /** As `ip netns exec` names it. */
  readonly namespace: string;
  readonly address: string;
  /** Takes the link down: packets are lost, connections stay open. */
  cut(): void;
  heal(): void;
}

/** A bridge with one end here and any number of places at it. */
export class Network {
  /** Where the places reach this process's own namespace. */
  readonly address: string;
  readonly #name = ownName();
  readonly #prefix: string;
  readonly #places: string[] = [];

  constructor() {
    this.#prefix = freePrefix();
    this.address = `${this.#prefix}.1`;
    system('ip', 'link', 'add', this.#name, 'type', 'bridge');
    system('ip', 'address', 'add', `${this.address}/24`, 'dev', this.#name);
    system('ip', 'link', 'set', this.#name, 'up');
  }

  add(): Place {
    const namespace = ownName();
    const address = `${this.#prefix}.${this.#places.length + 2}`;
    const outer = `${namespace}o`;
    this.#places.push(namespace);
    system('ip', 'netns', 'add', namespace);
    const there = ['ip', 'netns', 'exec', namespace] as const;
    system('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', 'up0', 'netns', namespace);
    system('ip', 'link', 'set', outer, 'master', this.#name);
    system('ip', 'link', 'set', outer, 'up');
    system(...there, 'ip', 'address', 'add', `${address}/24`, 'dev', 'up0');
    for (const link of ['lo', 'up0']) system(...there, 'ip', 'link', 'set', link, 'up');
    return {
      namespace,
      address,
      cut: () => void system('ip', 'link', 'set', outer, 'down'),
      heal: () => void system('ip', 'link', 'set', outer, 'up'),
    };
  }

  /** Processes in a place. */
  static processesIn({ namespace }: Place): number[] {
    return system('ip', 'netns', 'pids', namespace)
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [Number(line)]));
  }

  remove(): void {
    for (const namespace of this.#places)
      if (existsSync(`/run/netns/${namespace}`)) system('ip', 'netns', 'del', namespace);
    system('ip', 'link', 'del', this.#name);
  }
}

/** The first three numbers of addresses that nobody here uses. */
function freePrefix(): string {
  const taken = system('ip', '-brief', 'address');
  for (let seed = process.pid; ; seed += 1) {
    const prefix = `10.${100 + ((seed >> 8) % 100)}.${seed % 256}`;
    if (!taken.includes(` ${prefix}.`)) return prefix;
  }
}
