import { isFault } from '../../diagnostics/index.ts';
import type { BuildRecord, Material } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { ObjectStore } from '../../store/index.ts';

const mostLines = 30;

const digestsOf = ({ digest }: Material): string => Object.values(digest).sort().join(' ');

/** Sources and dependencies that are not what they were: they came from elsewhere, and are other ones now. */
export function otherMaterials(then: BuildRecord, now: BuildRecord): readonly string[] {
  const counts = ({ role }: Material): boolean => role === 'source' || role === 'dependency';
  const found = new Map(now.materials.filter(counts).map((one) => [`${one.role} ${one.name}`, one]));
  return then.materials.filter(counts).flatMap((before) => {
    const after = found.get(`${before.role} ${before.name}`);
    if (!after) return [`the ${before.role} '${before.name}' is not to be had any more`];
    if (digestsOf(before) === digestsOf(after)) return [];
    return [`the ${before.role} '${before.name}' is now ${digestsOf(after)}, and was ${digestsOf(before)}`];
  });
}

type Reader = Pick<ObjectStore, 'readBytes'>;

/** What else is not as it was: packages of the root, and the versions of what does the work. */
export async function otherSurroundings(
  storeOfThen: Reader,
  storeOfNow: Reader,
  then: BuildRecord,
  now: BuildRecord,
): Promise<readonly string[]> {
  const tools = new Set([...Object.keys(then.machine.versions), ...Object.keys(now.machine.versions)]);
  const versions = [...tools].flatMap((tool) => {
    const [before = 'none', after = 'none'] = [then.machine.versions[tool], now.machine.versions[tool]];
    return before === after ? [] : [`${tool} ${after}, then ${before}`];
  });
  const [before, after] = [await rootList(storeOfThen, then), await rootList(storeOfNow, now)];
  if (!before || !after) return [...versions, ...(before === after ? [] : ['the root of then is not known'])];
  const gone = [...before].filter((line) => !after.has(line)).map((line) => `root without '${line}'`);
  const come = [...after].filter((line) => !before.has(line)).map((line) => `root with '${line}'`);
  const lines = [...versions, ...gone, ...come];
  const more = lines.length - mostLines;
  return more > 0 ? [...lines.slice(0, mostLines), `and ${more} more`] : lines;
}

async function rootList(store: Reader, { materials }: BuildRecord): Promise<ReadonlySet<string> | undefined> {
  const digest = materials.find(({ role }) => role === 'root')?.digest.sha256;
  try {
    const bytes = await store.readBytes(digest as Digest);
    return new Set(Buffer.from(bytes).toString('utf8').trim().split('\n'));
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
