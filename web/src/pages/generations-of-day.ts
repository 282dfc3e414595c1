interface KeptGeneration {
  readonly number: number;
  readonly createdMs: number;
}

/** The kept generations between which a day lies: what was visible when it began, and when it was over. Newest first. */
export function generationsOfDay(
  generations: readonly KeptGeneration[],
  [beginMs, endMs]: readonly [number, number],
): { readonly from: number; readonly to: number } | undefined {
  const to = generations.find(({ createdMs }) => createdMs < endMs);
  // what was there before is not kept for ever
  const from = generations.find(({ createdMs }) => createdMs < beginMs) ?? generations.at(-1);
  return to && from && from.number < to.number ? { from: from.number, to: to.number } : undefined;
}

/** When a day of the reader's begins and ends; `back`: 0 is today, 1 yesterday. */
export function dayAround(back: number, nowMs: number): readonly [number, number] {
  const at = (days: number): number => {
    const date = new Date(nowMs);
    date.setHours(0, 0, 0, 0);
    date.setDate(date.getDate() + days);
    return date.getTime();
  };
  return [at(-back), at(1 - back)];
}
