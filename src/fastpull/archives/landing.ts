import { fault } from '../../diagnostics/index.ts';

/** Links that are followed before it is taken for a circle; the system gives up at the same number. */
const mostLinks = 40;

/**
 * Where the members of an archive may land. Symbolic links are made last, so that nothing is ever written through one; until
 * then they are only remembered, with what each would lead to. Pure: it looks at names, never at the disk.
 */
export class Landing {
  readonly #archive: string;
  readonly #links = new Map<string, string>();

  constructor(archive: string) {
    this.#archive = archive;
  }

  /** Path of a member below the folder; empty for the folder itself. Throws FPL012 for one that leads outside or through a link. */
  pathOf(name: string): string {
    if (name.startsWith('/')) throw this.#outside(name, 'is absolute');
    if (name.includes('\0')) throw this.#outside(name, 'has a zero byte');
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) throw this.#outside(name, 'goes up');
    for (let count = 1; count < parts.length; count += 1) {
      if (this.#links.has(parts.slice(0, count).join('/')))
        throw this.#outside(name, 'passes through a link');
    }
    return parts.join('/');
  }

  addLink(path: string, destination: string): void {
    this.#links.set(path, destination);
  }

  /** Something else takes the name of a link, if it was one. */
  dropLink(path: string): void {
    this.#links.delete(path);
  }

  linkAt(path: string): string | undefined {
    return this.#links.get(path);
  }

  /** All links. Throws FPL012 when one leads outside, with all others followed as the system would. */
  checkedLinks(): ReadonlyMap<string, string> {
    for (const [path, destination] of this.#links) this.#check(path, destination);
    return this.#links;
  }

  #check(path: string, destination: string): void {
    const place = path.split('/').slice(0, -1);
    const waiting = destination.split('/').reverse();
    const refuse = (): never => {
      throw this.#outside(path, `is a link to '${destination}'`);
    };
    if (destination.startsWith('/') || destination.includes('\0')) refuse();
    for (let followed = 0; waiting.length > 0 && followed <= mostLinks; ) {
      const part = waiting.pop() ?? '';
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (place.pop() === undefined) refuse();
        continue;
      }
      place.push(part);
      const next = this.#links.get(place.join('/'));
      if (next === undefined) continue;
      if (next.startsWith('/')) refuse();
      place.pop();
      waiting.push(...next.split('/').reverse());
      followed += 1;
    }
  }

  #outside(name: string, words: string): Error {
    return fault('FPL012', { what: `the member '${name}' of '${this.#archive}' ${words}` });
  }
}
