import { posix } from 'node:path';
import { rooms } from '../rooms.mjs';

interface RoomLike {
  readonly floor: number;
  readonly purpose: string;
  readonly knows: readonly string[];
  readonly borrows?: readonly string[];
  readonly shelf?: boolean;
  readonly members?: Readonly<Record<string, readonly string[]>>;
  readonly drivers?: readonly string[];
  readonly doors?: readonly string[];
  readonly node?: readonly string[];
}

/** The rooms of `tools/rooms.mjs` by name. */
export const house: Readonly<Record<string, RoomLike>> = rooms;

/** Where a file of `src` stands: its room, and the member of a shelf or the driver it belongs to. */
export interface Standing {
  readonly room: string;
  readonly member?: string;
  readonly driver?: string;
  /** True for the file by which others enter: `index.ts` of the room, member or driver. */
  readonly isDoor: boolean;
}

/** The standing of a path such as `src/queue/embedded/index.ts`; undefined outside `src`. */
export function standingOf(path: string): Standing | undefined {
  const [top, room, second, ...rest] = path.split('/');
  if (top !== 'src' || room === undefined || second === undefined) return undefined;
  const known = house[room];
  const inFolder = rest.length > 0;
  const isDoor = rest.length === 1 && rest[0] === 'index.ts';
  if (inFolder && known?.shelf) return { room, member: second, isDoor };
  if (inFolder && known?.drivers?.includes(second)) return { room, driver: second, isDoor };
  if (inFolder && known?.doors?.includes(second)) return { room, isDoor };
  return { room, isDoor: !inFolder && second === 'index.ts' && !known?.shelf };
}

/** Files that check and exercise the rest; the rules for production code do not bind them. */
export const isTest = (path: string): boolean =>
  path.endsWith('.spec.ts') || /^(test|testdata|bench|fuzz|tools|examples)\//.test(path);

/** The path that a relative import leads to; undefined for npm packages and Node modules. */
export function targetOf(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;
}
