import type { BuilderView } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { type BuilderName, builderName } from '../../primitives/index.ts';
import type { VirtualBuilder } from '../../simulator/index.ts';
import { isAtWork } from '../service/architectures.ts';

/** Builders of the manager's own process take every class. */
const everyClass = Number.MAX_SAFE_INTEGER;

/** The class by which a builder takes jobs; undefined: only what is addressed to it. */
export const classOf = (
  { class: of, name }: BuilderView,
  isOwn: (name: string) => boolean,
): number | undefined => (isOwn(name) ? everyClass : typeof of === 'number' ? of : undefined);

/** Builders that take jobs now, as a simulation has them. */
export const workingBuilders = (
  views: readonly BuilderView[],
  isOwn: (name: string) => boolean,
): readonly VirtualBuilder[] =>
  views
    .filter((view) => isAtWork(view) && view.state !== 'draining')
    .map((view) => ({
      name: view.name as BuilderName,
      builderClass: classOf(view, isOwn),
      labels: view.labels,
      arches: view.arches,
      slots: view.slots,
      speed: 1,
    }));

const item =
  /^(?:(?<name>[A-Za-z0-9][\w.-]*):)?(?:(?<count>\d+)x)?(?<slots>\d+)(?:@(?<of>\d+))?(?<labels>(?:\+[^+/*,]+)*)(?:\/(?<arch>[\w-]+))?(?:\*(?<speed>\d+(?:\.\d+)?))?$/;
const mostBuilders = 2000;

/**
 * Builders as people describe them, separated by commas: `4` (four slots, every class), `8x2@2` (eight builders with two slots and
 * class 2), `big:16@9+gpu/aarch64*1.5` (a name, slots, class, labels, architecture, speed). `+` in front adds to `there`, `-NAME` takes one of
 * them away; without either, `there` is replaced. Throws SIM001.
 */
export function readBuilders(
  text: string,
  there: readonly VirtualBuilder[],
  usualArch: string,
): readonly VirtualBuilder[] {
  const items = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const isChange = items.some((one) => /^[+-]/.test(one));
  const found: VirtualBuilder[] = isChange ? [...there] : [];
  for (const one of items) {
    if (one.startsWith('-')) {
      const at = found.findIndex(({ name }) => name === one.slice(1));
      if (at < 0)
        throw fault('SIM001', { what: `no builder is called '${one.slice(1)}'`, next: namesOf(found) });
      found.splice(at, 1);
    } else found.push(...readItem(one.replace(/^\+/, ''), usualArch, found.length));
  }
  if (found.length === 0 || found.length > mostBuilders)
    throw fault('SIM001', {
      what: `'${text}' describes ${found.length} builders; 1 to ${mostBuilders} are possible`,
    });
  return found;
}

function readItem(text: string, usualArch: string, before: number): VirtualBuilder[] {
  const parts = item.exec(text)?.groups;
  const slots = Number(parts?.slots);
  const count = Number(parts?.count ?? 1);
  const speed = Number(parts?.speed ?? 1);
  if (!parts || !(slots > 0) || slots > 10_000 || !(speed > 0) || count > mostBuilders)
    throw fault('SIM001', { what: `'${text}' describes no builder` });
  const labels = (parts.labels ?? '').split('+').filter((label) => label !== '');
  return Array.from({ length: count }, (_, at) => ({
    name: builderName(`${parts.name ?? 'builder'}${count > 1 || !parts.name ? `-${before + at + 1}` : ''}`),
    builderClass: parts.of === undefined ? everyClass : Number(parts.of),
    labels,
    arches: [parts.arch ?? usualArch],
    slots,
    speed,
  }));
}

function namesOf(builders: readonly VirtualBuilder[]): string {
  const names = builders.slice(0, 10).map(({ name }) => `'${name}'`);
  return names.length === 0 ? 'The farm has no builder at work.' : `Those at work are ${names.join(', ')}.`;
}
