import type { UpkeepConfig } from '../../config/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { FollowedClone } from '../../git/index.ts';
import { machine } from '../../host/index.ts';
import type { Farm } from '../farm.ts';
import { isPlainFolder } from '../recipe-sources.ts';
import { upkeepFolder } from './upkeep-look.ts';
import { upkeepSecrets, upkeepSsh } from './upkeep-surroundings.ts';

/** The clone of a source, opened with the secrets as they are now. */
export class SourceClone {
  readonly #parts: { readonly farm: Farm; readonly source: string; readonly config: UpkeepConfig };
  #clone: FollowedClone | undefined;
  #token: string | undefined;

  constructor(parts: { readonly farm: Farm; readonly source: string; readonly config: UpkeepConfig }) {
    this.#parts = parts;
  }

  /** The one that was opened last. */
  get opened(): FollowedClone | undefined {
    return this.#clone;
  }

  /** Throws CIF003 for a secret, CIF004 for a source that is a plain folder. */
  open(signal: AbortSignal): FollowedClone {
    const { farm, source, config } = this.#parts;
    const { url, branch } = farm.config['recipe-sources'][source] ?? { url: '' };
    if (isPlainFolder(url)) throw fault('CIF004', { what: `'${url}' is no git repository` });
    const token = upkeepSecrets(config, machine.variable)['ACCESS_TOKEN'];
    if (this.#clone && this.#token === token) return this.#clone;
    const folder = upkeepFolder(farm, source);
    this.#token = token;
    this.#clone = new FollowedClone({
      ...{ folder: `${folder}/clone`, url, branch, signal, clock: farm.clock },
      pushUrl: config['push-url'],
      credentials: token === undefined ? undefined : { token },
      sshCommand: upkeepSsh(config, folder),
    });
    return this.#clone;
  }
}
