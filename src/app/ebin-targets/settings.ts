import { fault } from '../../diagnostics/index.ts';
import { readSettings } from '../../ebin-repository/index.ts';
import { machine, pathExists, textIfThere } from '../../host/index.ts';
import type { IndexSettings } from '../../recipes/ebin/index.ts';
import type { Farm } from '../farm.ts';

/** What the settings of a target say of its ebins, read anew. */
export interface EbinTargetSettings
  extends Pick<IndexSettings, 'text' | 'folders' | 'signatures' | 'keys' | 'prune'> {
  readonly repoName: string;
  readonly mirrorName: string | undefined;
  readonly mirrors: readonly string[];
  readonly masters: readonly string[] | undefined;
  /** All that changes what is made of the same builds. */
  readonly fingerprint: string;
}

/** Throws CFG010 for a file of settings that is missing, EBN083 for one that cannot be read. */
export function ebinTargetSettings({ config }: Pick<Farm, 'config'>, target: string): EbinTargetSettings {
  const own = config.targets[target];
  const text = own?.settings === undefined ? '{}' : readSettingsFile(own.settings, target);
  const { options } = readSettings(text);
  const { signatures = 'auto', keys = [], prune = false } = own ?? {};
  return {
    ...{ text, signatures, keys, prune },
    folders: options.sourceRepo === undefined ? [] : [options.sourceRepo],
    repoName: options.repoName ?? target,
    mirrorName: options.mirrorName,
    mirrors: own?.mirrors ?? options.mirrors ?? usualMirrors(config.service.url),
    masters: options.masters,
    fingerprint: JSON.stringify([text, signatures, keys, prune]),
  };
}

const usualMirrors = (url: string | undefined): readonly string[] =>
  url === undefined ? [] : [`${url.replace(/\/+$/, '')}/distfiles`];

function readSettingsFile(named: string, target: string): string {
  const path = named.replace(/^~(?=\/)/, machine.variable('HOME') ?? '/');
  if (!pathExists(path))
    throw fault('CFG010', { what: `the file '${path}' of target '${target}' is missing` });
  return textIfThere(path) ?? '{}';
}
