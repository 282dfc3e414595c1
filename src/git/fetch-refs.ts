import type { CheckoutProgram } from './checkout-program.ts';
import type { History } from './history.ts';
import { refMatcher } from './ref-pattern.ts';
import type { RemoteLink } from './remote-link.ts';

/** The commit, also where an annotated tag is in between, and the name. */
const format = '%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname)';

/**
 * Brings branches and tags (whole names, one `*` allowed) as the remote has them to `refs/remotes/NAME/*` and
 * `refs/tags/*`, removes the local names of those that are gone, and fetches what is new. A shallow clone stays
 * shallow: of what is not the followed branch it gets the newest commit only. `there` is what the remote has.
 */
export async function fetchRefs(
  patterns: readonly string[],
  there: ReadonlyMap<string, string>,
  parts: {
    readonly git: CheckoutProgram;
    readonly link: RemoteLink;
    readonly history: History;
    readonly remote: string;
    readonly branch: string;
  },
): Promise<void> {
  const { git, link, history, remote, branch } = parts;
  const localName = (ref: string): string => ref.replace(/^refs\/heads\//, `refs/remotes/${remote}/`);
  const printed = await git.read([
    'for-each-ref',
    `--format=${format}`,
    ...patterns.map(folderOf).map(localName),
  ]);
  const wanted = new Set([...there.keys()].map(localName));
  const locals = patterns.map(localName).map(refMatcher);
  const here = new Map<string, string>();
  for (const line of printed.split('\n').filter(Boolean)) {
    const [id = '', ref = ''] = line.split(' ');
    if (locals.some((local) => local.test(ref))) here.set(ref, id);
  }
  await forget([...here.keys()].filter((ref) => !wanted.has(ref)));
  const known = await history.find([...there.values()]);
  const missing = [...there.keys()].filter((_, index) => known[index] === undefined);
  const followed = `refs/heads/${branch}`;
  const spec = (ref: string): string => `+${ref}:${localName(ref)}`;
  if (missing.includes(followed)) await link.fetch([], [spec(followed)]);
  const others = missing.filter((ref) => ref !== followed);
  if (others.length > 0) {
    const isShallow = (await git.read(['rev-parse', '--is-shallow-repository'])).trim() === 'true';
    await link.fetch(isShallow ? ['--depth=1'] : [], others.map(spec));
  }
  const moves = [...there].flatMap(([ref, id]) =>
    missing.includes(ref) || here.get(localName(ref)) === id ? [] : [`update ${localName(ref)} ${id}\n`],
  );
  if (moves.length > 0) await git.read(['update-ref', '--stdin'], { input: moves.join('') });

  /** First of all: a name that is gone may be in the way of one below it. */
  async function forget(refs: readonly string[]): Promise<void> {
    const rows = refs.map((ref) => `delete ${ref}\n`);
    if (rows.length > 0) await git.read(['update-ref', '--stdin'], { input: rows.join('') });
  }
}

/** For git-for-each-ref(1), whose `*` stops at a slash. */
const folderOf = (pattern: string): string =>
  pattern.includes('*') ? pattern.slice(0, pattern.lastIndexOf('/', pattern.indexOf('*')) + 1) : pattern;
