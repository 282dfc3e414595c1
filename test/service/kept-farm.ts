import type { UpkeepRun, UpkeepView } from '../../src/api/index.ts';
import { ScratchRemote } from '../git/scratch-remote.ts';
import { type RecipeSketch, recipeFiles } from './recipe-files.ts';
import { ServiceFixture } from './service-fixture.ts';

/** A farm whose one source, a bare repository of this test, is kept up to date by the farm itself. */
export class KeptFarm {
  readonly remote = new ScratchRemote();
  readonly farm: ServiceFixture;
  readonly checkout: string;

  private constructor(farm: ServiceFixture) {
    this.farm = farm;
    this.checkout = this.remote.clone('checkout');
    this.remote.git(this.checkout, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  }

  /** `upkeep`: the settings of the source, as YAML. */
  static async make(upkeep = 'every: never, look: 200ms', settings = ''): Promise<KeptFarm> {
    const kept = new KeptFarm(await ServiceFixture.make());
    kept.settings(upkeep, settings);
    return kept;
  }

  settings(upkeep: string, settings = ''): void {
    this.farm.settings(
      settings,
      `recipes: { url: "file://${this.remote.bare}", branch: main, upkeep: { ${upkeep} } }`,
    );
  }

  /** Commits files (null removes) and pushes; returns the commit. */
  push(
    files: Readonly<Record<string, string | null>>,
    message = 'chore: a change',
    ...options: string[]
  ): string {
    const id = this.remote.commit(this.checkout, files, message);
    this.remote.git(this.checkout, 'push', '--quiet', ...options, 'origin', 'HEAD:main');
    return id;
  }

  /** Takes what the pipelines pushed. */
  pull(): void {
    this.remote.git(this.checkout, 'fetch', '--quiet', '--prune', '--force', '--tags', 'origin');
    this.remote.git(this.checkout, 'reset', '--quiet', '--hard', 'origin/main');
  }

  async views(): Promise<readonly UpkeepView[]> {
    return await this.farm.json('/api/upkeep');
  }

  /** Waits until the source stands as wanted. */
  async stands(isWanted: (view: UpkeepView) => boolean): Promise<UpkeepView> {
    for (;;) {
      const [view] = await this.views();
      if (view && isWanted(view)) return view;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Waits for a run that began no earlier than a time, and is over. */
  async ran(kind: UpkeepRun['kind'], sinceMs: number): Promise<UpkeepRun> {
    const isIt = (run: UpkeepRun): boolean => run.kind === kind && run.startedMs >= sinceMs;
    const view = await this.stands(({ last }) => last.some(isIt));
    return view.last.find(isIt) as UpkeepRun;
  }

  /** Asks for a run as the farm's own command line does. */
  run(...words: string[]): Promise<string> {
    return this.farm.do('upkeep', 'run', 'recipes', ...words);
  }

  async dispose(): Promise<void> {
    await this.farm.dispose();
    await this.remote.dispose();
  }
}

/** Settings of the repository: built for the farm's target from the farm's source. */
export const repositorySettings = { '.ci/config': 'BUILD_REPO=demo\nREPO_NAME=recipes\n' };

/** The files of one recipe folder. */
export function folderOf(name: string, sketch: RecipeSketch = {}): Readonly<Record<string, string>> {
  const files = recipeFiles(name, sketch, '');
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]));
}
