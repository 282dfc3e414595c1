/** SQLITE_FULL. */
const sqliteFull = 13;

/** Whether an error, or what caused it, is a disk without room: over when somebody makes room, whoever is at work. */
export function isDiskFull(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code, errcode } = one as { code?: unknown; errcode?: unknown };
    if (code === 'ENOSPC' || code === 'EDQUOT') return true;
    if (typeof errcode === 'number' && (errcode & 0xff) === sqliteFull) return true;
  }
  return false;
}
