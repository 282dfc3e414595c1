import type { UpkeepConfig } from '../../config/index.ts';
import { AutogenWork, type AutogenWorkParts } from './autogen-work.ts';
import { EbinWork } from './ebin-work.ts';
import { PythonWork } from './python-work.ts';
import { ReleaseWork } from './release-work.ts';
import { StageWork } from './stage-work.ts';
import type { SourceWork } from './upkeep-source.ts';

export interface OwnWorkParts extends Omit<AutogenWorkParts, 'target'> {
  readonly config: UpkeepConfig;
  readonly say: (line: string) => void;
}

/** Runs of a source that has no pipelines of its own; undefined for one of PKGBUILDs. */
export function ownWork(parts: OwnWorkParts): SourceWork | undefined {
  const { kind, target } = parts.farm.config['recipe-sources'][parts.source] ?? {};
  if (kind === 'release') return new ReleaseWork(parts);
  if (kind === 'ebins' && target !== undefined) return new EbinWork({ ...parts, target });
  if (kind === 'stages' && target !== undefined) return new StageWork({ ...parts, target });
  if (kind === 'python' && target !== undefined) return new PythonWork({ ...parts, target });
  return kind === 'autogen' && target !== undefined ? new AutogenWork({ ...parts, target }) : undefined;
}
