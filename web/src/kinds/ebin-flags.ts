import type { EbinMatrix, EbinRequestView } from '../../../src/api/index.ts';

/** What is said of a flag: on, off, or that it does not matter. */
export type UseState = 'on' | 'off' | 'any';

interface Decided {
  readonly on: readonly string[];
  readonly off: readonly string[];
}

type Flags = Pick<EbinMatrix, 'flags' | 'filter'>;

export const stateOf = (flag: string, { on, off }: Decided): UseState =>
  on.includes(flag) ? 'on' : off.includes(flag) ? 'off' : 'any';

const wordOf = (flag: string, isOn: boolean): string => (isOn ? flag : `-${flag}`);

/** The flags that are decided when one of them gets another state, as words for the query. */
export function decided({ flags, filter }: Flags, flag: string, state: UseState): readonly string[] {
  return flags.flatMap((one) => {
    const now = one.flag === flag ? state : stateOf(one.flag, filter);
    return now === 'any' ? [] : [wordOf(one.flag, now === 'on')];
  });
}

/** All flags of a combination, those that are off with a hyphen. */
export const wholeWish = ({ flags }: Pick<EbinMatrix, 'flags'>, use: readonly string[]): readonly string[] =>
  flags.map(({ flag }) => wordOf(flag, use.includes(flag)));

/** One more step towards a single combination: what the row says, or else the next flag that is open. */
export function closer(
  matrix: Flags,
  pattern: Decided & { readonly first: readonly string[] },
): readonly string[] {
  const { on, off } = matrix.filter;
  const known = new Set([...on, ...off, ...pattern.on, ...pattern.off]);
  const isNews = known.size > on.length + off.length;
  const open = matrix.flags.find(({ flag }) => !known.has(flag));
  if (!isNews && open) known.add(open.flag);
  return wholeWish(matrix, pattern.first).filter((word) => known.has(word.replace(/^-/, '')));
}

const standings: Readonly<Record<EbinRequestView['state'], string>> = {
  there: 'it exists',
  waiting: 'it waits for a builder',
  queued: 'its build is in the queue',
  building: 'it is being built',
  built: 'it is built, the ebuild follows',
  failed: 'its build failed',
};

/** How a request stands, in words. */
export const standingOf = ({
  state,
  reason,
  next,
}: Pick<EbinRequestView, 'state' | 'reason' | 'next'>): string =>
  [standings[state], reason, next].filter(Boolean).join(': ');
