import { catalogue, fault, type ProblemError } from '../../diagnostics/index.ts';
import { targetNames } from '../farm-names.ts';
import type { FarmService } from './farm-service.ts';

const most = 10;

/** Names for people, up to ten of them: `'a', 'b' and 3 more`. */
export function someNames(names: Iterable<string>): string {
  const all = [...new Set(names)].sort();
  const shown = all
    .slice(0, most)
    .map((name) => `'${name}'`)
    .join(', ');
  return all.length > most ? `${shown} and ${all.length - most} more` : shown;
}

/** SCH001 for a target that the farm does not have, with those that it has. */
export function noSuchTarget(config: Parameters<typeof targetNames>[0], name: string): ProblemError {
  const advice = catalogue.SCH001?.next ?? '';
  const next = `Its targets are ${someNames(targetNames(config))}. ${advice}`;
  return fault('SCH001', { what: `the farm has no target '${name}'`, next });
}

/** SCH007 for a builder that nobody knows, with those that are known. */
export function noSuchBuilder(service: Pick<FarmService, 'builders'>, name: string): ProblemError {
  const known = service.builders().map((one) => one.name);
  const who = known.length === 0 ? 'No builder is known yet.' : `Known are ${someNames(known)}.`;
  return fault('SCH007', {
    what: `no builder is called '${name}'`,
    next: `${who} 'packmill queue' shows the builders.`,
  });
}
