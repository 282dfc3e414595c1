import type { Review, ReviewHead } from '../../api/index.ts';
import { FollowedClone, type WorkingCopy } from '../../git/index.ts';
import { unifiedDiff } from '../../primitives/index.ts';
import { type ChangeReport, type RecipeFolder, reviewChange, topicTitles } from '../../review/index.ts';
import { allowList, committed } from '../ci/review-diff.ts';
import type { Farm } from '../farm.ts';
import { keptSources, type UpkeepLook, upkeepFolder } from '../service/upkeep-look.ts';

/** Commits of both sides, and what lies between them. */
interface Looked {
  readonly before: string;
  readonly after: string;
  readonly report: ChangeReport;
  readonly files: Review['files'];
}

type Waiting = Pick<ReviewHead, 'source' | 'package' | 'branch' | 'url' | 'sinceMs'>;

const listedMs = 1_000;
const mostKept = 300;
const longestShown = 200_000;

/** Changes of recipes that wait for somebody to look at them, as the clones of recipe sources have them. */
export class Reviews {
  readonly #farm: Farm;
  readonly #upkeep: UpkeepLook;
  /** By source, package and the commits of both sides: what is said of those never changes. */
  readonly #looked = new Map<string, Looked>();

  #listed: { readonly atMs: number; readonly answer: Promise<readonly ReviewHead[]> } | undefined;

  constructor(farm: Farm, upkeep: UpkeepLook) {
    this.#farm = farm;
    this.#upkeep = upkeep;
  }

  /** All of them, oldest first; looked for once a second at most, however many ask. */
  async list(): Promise<readonly ReviewHead[]> {
    const nowMs = this.#farm.clock.monotonicMs();
    if (this.#listed && nowMs - this.#listed.atMs < listedMs) return await this.#listed.answer;
    const answer = this.#read();
    this.#listed = { atMs: nowMs, answer };
    answer.catch(() => {
      this.#listed = undefined;
    });
    return await answer;
  }

  async #read(): Promise<readonly ReviewHead[]> {
    const found: ReviewHead[] = [];
    for (const source of keptSources(this.#farm).keys()) {
      const waiting = await this.#waiting(source);
      const looked = await this.#look(source, waiting);
      for (const [index, one] of waiting.entries()) found.push(headOf(one, looked[index]));
    }
    return found.sort((one, two) => one.sinceMs - two.sinceMs);
  }

  /** One of them; undefined when none waits there, or the clone has not its branch. Throws CIF001. */
  async get(source: string, name: string): Promise<Review | undefined> {
    const waiting = (await this.#waiting(source)).find((one) => one.package === name);
    const [looked] = waiting ? await this.#look(source, [waiting]) : [];
    if (!waiting || !looked) return undefined;
    const { report, before, after, files } = looked;
    return {
      ...headOf(waiting, looked),
      before,
      after,
      reasons: report.reasons.map((reason) => ({ ...reason })),
      findings: report.findings.map((finding) => ({ ...finding, title: topicTitles[finding.topic] })),
      files,
    };
  }

  async #waiting(source: string): Promise<readonly Waiting[]> {
    const { packages } = await this.#upkeep.packages(source);
    return packages.flatMap(({ name, review }) => (review ? [{ source, package: name, ...review }] : []));
  }

  /** What lies between main branch and the branch of each; undefined where the clone has no such branch. */
  async #look(source: string, waiting: readonly Waiting[]): Promise<readonly (Looked | undefined)[]> {
    if (waiting.length === 0) return [];
    const { url } = this.#farm.config['recipe-sources'][source] ?? { url: '' };
    const folder = `${upkeepFolder(this.#farm, source)}/clone`;
    const clone = new FollowedClone({ folder, url, clock: this.#farm.clock });
    const found = await clone.read(async (copy) => {
      const refOf = ({ branch }: Waiting): string => `refs/remotes/${copy.remote}/${branch}`;
      const commits = await copy.resolve(['HEAD', ...waiting.map(refOf)]);
      const before = commits.get('HEAD');
      const looked: (Looked | undefined)[] = [];
      for (const one of waiting) {
        const after = commits.get(refOf(one));
        const isThere = before !== undefined && after !== undefined;
        looked.push(isThere ? await this.#between(copy, one, { before, after }) : undefined);
      }
      return looked;
    });
    return found ?? [];
  }

  async #between(
    copy: WorkingCopy,
    { source, package: name }: Waiting,
    { before, after }: { readonly before: string; readonly after: string },
  ): Promise<Looked> {
    const key = JSON.stringify([source, name, before, after]);
    const known = this.#looked.get(key);
    if (known) return known;
    const [old, fresh] = [await committed(copy, before, name), await committed(copy, after, name)];
    const report = reviewChange(old, fresh, { package: name, allow: allowList(old), comparesHooks: true });
    const looked = { before, after, report, files: filesBetween(old, fresh) };
    if (this.#looked.size >= mostKept) this.#looked.clear();
    this.#looked.set(key, looked);
    return looked;
  }
}

const headOf = (waiting: Waiting, looked: Looked | undefined): ReviewHead => ({
  ...waiting,
  size: looked?.report.size ?? null,
  alarms: looked?.report.findings.filter(({ weight }) => weight === 'alarm').length ?? 0,
});

/** Files that differ, by path, as far as they are texts. */
function filesBetween(before: RecipeFolder, after: RecipeFolder): Review['files'] {
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])].sort();
  return paths.flatMap((path) => {
    const [old, fresh] = [textIn(before, path), textIn(after, path)];
    if (old === undefined || fresh === undefined) return [{ path, diff: null }];
    const diff = unifiedDiff(old, fresh, path);
    if (diff === '') return [];
    return [{ path, diff: diff.length > longestShown ? null : diff }];
  });
}

/** The text of a file, empty when it is not there; undefined when it is none. */
function textIn({ files }: RecipeFolder, path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(files.get(path) ?? new Uint8Array());
  } catch {
    return undefined;
  }
}
