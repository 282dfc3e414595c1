import type { UpkeepPackages, UpkeepView } from '../../api/index.ts';
import type { UpkeepConfig } from '../../config/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { FollowedClone, shownAddress } from '../../git/index.ts';
import type { Farm } from '../farm.ts';
import { autogenPackages, countAutogens } from './autogen-packages.ts';
import { dueTimes, recallUpkeep } from './upkeep-memory.ts';
import { type KeptPackages, packagesVersion, readPackages, withState } from './upkeep-packages.ts';

/** Where a source's upkeep has its clone, its caches and the keys of its git server. */
export function upkeepFolder(farm: Farm, source: string): string {
  return `${farm.paths.root}/sources/${source}/upkeep`;
}

/** Sources that are kept up to date, with their settings. */
export function keptSources(farm: Farm): ReadonlyMap<string, UpkeepConfig> {
  const sources = Object.entries(farm.config['recipe-sources']);
  return new Map(sources.flatMap(([id, { upkeep }]) => (upkeep ? [[id, upkeep] as const] : [])));
}

/** The settings of one; throws CIF001 when the farm does not look after it. */
export function keptSource(farm: Farm, source: string): UpkeepConfig {
  const found = keptSources(farm).get(source);
  if (found) return found;
  const known = [...keptSources(farm).keys()];
  const what = `recipe source '${source}' is not kept up to date`;
  const next = known.length === 0 ? undefined : `Those that are: ${known.map((id) => `'${id}'`).join(', ')}.`;
  throw fault('CIF001', { what, next });
}

const keptMs = 1_000;

/** What may be seen of the upkeep, by its manager and by those who only look: it is all on disk. */
export class UpkeepLook {
  readonly #farm: Farm;
  readonly #asked = new Map<string, { readonly atMs: number; readonly answer: Promise<KeptPackages> }>();
  readonly #kept = new Map<string, { readonly version: string; readonly packages: KeptPackages }>();

  constructor(farm: Farm) {
    this.#farm = farm;
  }

  /** All sources with upkeep, sorted by id. */
  views(): readonly UpkeepView[] {
    return [...keptSources(this.#farm)]
      .sort(([one], [two]) => (one < two ? -1 : 1))
      .map((kept) => this.#view(...kept));
  }

  #view(source: string, config: UpkeepConfig): UpkeepView {
    const { database, clock } = this.#farm;
    const memory = recallUpkeep(database, source);
    const { url, branch, target, kind } = this.#farm.config['recipe-sources'][source] ?? { url: '' };
    const runs = Object.values(memory.runs).sort((one, two) => two.startedMs - one.startedMs);
    const next = memory.paused ? [] : dueTimes(config, memory, clock.nowMs());
    return {
      source,
      ...(kind === undefined ? {} : { kind }),
      url: shownAddress(url),
      branch: branch ?? memory.branch ?? null,
      commit: memory.handled ?? null,
      paused: memory.paused,
      running: memory.running ?? null,
      last: runs,
      next: [...next],
      problem: memory.problem ?? null,
      packages: {
        ...(target === undefined ? memory.packages : countAutogens(this.#farm, { source, target })),
      },
    };
  }

  /** The packages of one source. Throws CIF001; a source that was not looked at yet has none. */
  async packages(source: string): Promise<UpkeepPackages> {
    const config = keptSource(this.#farm, source);
    const { kind, target } = this.#farm.config['recipe-sources'][source] ?? {};
    if (kind !== undefined && kind !== 'pkgbuild') {
      const commit = recallUpkeep(this.#farm.database, source).handled ?? null;
      const packages = target === undefined ? [] : autogenPackages(this.#farm, { source, target });
      return { source, commit, recipesUrl: null, packages: [...packages] };
    }
    const { commit, packages } = await this.#packagesOf(source);
    const nowMs = this.#farm.clock.nowMs();
    return {
      source,
      commit: commit ?? null,
      recipesUrl: config['recipes-url']?.replace(/\/*$/, '/') ?? this.#recipesUrl(source, config),
      packages: packages.map((one) => withState(one, nowMs)),
    };
  }

  /** Read again when something has changed, and looked for at most once a second however many ask. */
  #packagesOf(source: string): Promise<KeptPackages> {
    const nowMs = this.#farm.clock.monotonicMs();
    const asked = this.#asked.get(source);
    if (asked && nowMs - asked.atMs < keptMs) return asked.answer;
    const answer = this.#readPackages(source);
    this.#asked.set(source, { atMs: nowMs, answer });
    answer.catch(() => this.#asked.delete(source));
    return answer;
  }

  async #readPackages(source: string): Promise<KeptPackages> {
    const { clock } = this.#farm;
    const { url } = this.#farm.config['recipe-sources'][source] ?? { url: '' };
    const clone = new FollowedClone({ folder: `${upkeepFolder(this.#farm, source)}/clone`, url, clock });
    const found = await clone.read(async (copy) => {
      const version = await packagesVersion(copy);
      const kept = this.#kept.get(source);
      if (kept?.version === version) return kept.packages;
      const packages = await readPackages(copy, clock.nowMs());
      this.#kept.set(source, { version, packages });
      return packages;
    });
    return found ?? { commit: undefined, packages: [] };
  }

  /** Where people see the folders of recipes, when the address of the source tells. */
  #recipesUrl(source: string, { reviews }: UpkeepConfig): string | null {
    const { url, branch } = this.#farm.config['recipe-sources'][source] ?? { url: '' };
    const [, host, path] =
      /^(?:https?:\/\/(?:[^/@]*@)?|ssh:\/\/(?:[^/@]*@)?|[^/@]+@)([A-Za-z0-9.-]+)(?::\d+)?[:/](.+?)(?:\.git)?\/*$/.exec(
        url,
      ) ?? [];
    if (host === undefined || path === undefined) return null;
    const isGithub = host === 'github.com' || reviews?.kind === 'github';
    const isGitlab = host.startsWith('gitlab.') || reviews?.kind === 'gitlab';
    const name = branch ?? recallUpkeep(this.#farm.database, source).branch ?? 'HEAD';
    if (isGithub) return `https://${host}/${path}/tree/${name}/`;
    return isGitlab ? `https://${host}/${path}/-/tree/${name}/` : null;
  }
}
