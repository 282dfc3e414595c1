import type { UpkeepConfig } from '../../config/index.ts';
import { problem } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import type { Farm } from '../farm.ts';
import type { RecipeSources } from '../recipe-sources.ts';
import { beginRegenLog } from '../regen-log.ts';
import { newestCommit } from './newest-commit.ts';
import { upkeepFolder } from './upkeep-look.ts';
import { runUpkeepCommand, type UpkeepEnd } from './upkeep-process.ts';
import { outcomeOfEnd, type RunOutcome, shown, type WantedRun } from './upkeep-run.ts';
import type { Performed, SourceWork } from './upkeep-source.ts';
import { upkeepEnvironment, upkeepSecrets, upkeepSsh } from './upkeep-surroundings.ts';

export interface ReleaseWorkParts {
  readonly farm: Farm;
  readonly source: string;
  readonly config: UpkeepConfig;
  readonly sources: RecipeSources;
  readonly say: (line: string) => void;
}

/** How many logs of a release stay. */
const keptLogs = 30;

/**
 * Runs of a source that defines a release: `packmill tree regen` as a process of its own, which makes all kits and then pushes
 * them in two phases. It runs on the manager, where the credentials for the remotes are, and nowhere else.
 */
export class ReleaseWork implements SourceWork {
  readonly #parts: ReleaseWorkParts;

  constructor(parts: ReleaseWorkParts) {
    this.#parts = parts;
  }

  newest(): Promise<string> {
    return newestCommit(this.#parts);
  }

  async perform(_wanted: WantedRun, signal: AbortSignal): Promise<Performed> {
    const { farm, source, config, say } = this.#parts;
    const head = await this.newest();
    const log = beginRegenLog(farm, source, { nowMs: farm.clock.nowMs(), keep: keptLogs - 1 });
    try {
      const end = await runUpkeepCommand({
        words: this.#words(log.report),
        environment: this.#environment(),
        timeoutMs: config.timeout,
        signal,
        say: (line) => {
          log.say(line);
          say(`${source}: ${line}`);
        },
      });
      const outcome = this.#outcomeOf(end);
      log.say(
        outcome.problem === null
          ? outcome.outcome
          : `${outcome.outcome}: ${outcome.problem.code} ${outcome.problem.what}`,
      );
      return { head, outcome };
    } finally {
      log.close();
    }
  }

  #words(report: string): readonly string[] {
    const { farm, source } = this.#parts;
    const { url, branch = '', regen } = farm.config['recipe-sources'][source] ?? { url: '' };
    if (regen === undefined) throw new Error(`'${source}' is no release`);
    const flag = (name: string, isSet: boolean): readonly string[] => (isSet ? [`--${name}`] : []);
    const value = (name: string, text: string | undefined): readonly string[] =>
      text === undefined ? [] : [`--${name}=${text}`];
    return [
      ...['--farm', farm.paths.root, 'tree', 'regen', regen.release, '--prod', '--howdy'],
      ...[`--fixups-url=${url}`, `--fixups-branch=${branch}`, `--json-report=${report}`],
      `--on-autogen-failure=${regen['on-autogen-failure']}`,
      ...flag('nopush', !regen.push),
      ...flag('create-branches', regen['create-branches']),
      ...value('cdn', regen.cdn),
      ...value('cdn-key', regen['cdn-key']),
      ...value('cdn-known-hosts', regen['cdn-known-hosts']),
    ];
  }

  #environment(): Readonly<Record<string, string>> {
    const { farm, source, config } = this.#parts;
    const folder = upkeepFolder(farm, source);
    const read = machine.variable;
    const {
      PACKMILL_MANAGER: _,
      PACKMILL_TOKEN: __,
      ...environment
    } = upkeepEnvironment({
      ...{ config, folder, read, manager: { url: '', token: '' } },
      secrets: upkeepSecrets(config, read),
      ssh: upkeepSsh(config, folder),
    });
    return environment;
  }

  /** With 2 all is done and pushed, and packages that could not be made are as they were. */
  #outcomeOf(end: UpkeepEnd): RunOutcome {
    const { source, config } = this.#parts;
    if (end.why !== 'ended' || end.code !== 2 || end.result === undefined)
      return outcomeOfEnd(end, config.timeout);
    const what = `autogens of '${source}' failed: 'packmill tree log ${source}' names them`;
    return { outcome: 'done', problem: shown(problem('AGN037', { what })), scheduled: [], warnings: 0 };
  }

  counts() {
    return {};
  }
}
