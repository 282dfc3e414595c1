import { fault, type ProblemError } from '../../diagnostics/index.ts';
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

/** SCH007 for a builder that nobody knows, with those that are known. */
export function noSuchBuilder(service: Pick<FarmService, 'builders'>, name: string): ProblemError {
  const known = service.builders().map((one) => one.name);
  const who = known.length === 0 ? 'No builder is known yet.' : `Known are ${someNames(known)}.`;
  return fault('SCH007', {
    what: `no builder is called '${name}'`,
    next: `${who} 'packmill queue' shows the builders.`,
  });
}
