import {
  parseDependency,
  type Srcinfo,
  type SrcinfoSection,
  sectionValues,
} from '../../formats/pacman/index.ts';
import type { Need, Offer } from '../../model/index.ts';

const isSoname = (name: string): boolean => /\.so(?:\.[0-9.]+)?$/.test(name);

/** A dependency expression as the planner's need. */
export function toNeed(text: string, phase: Need['phase']): Need {
  const { name, operator, version } = parseDependency(text);
  return operator === undefined || version === undefined
    ? { phase, name, text }
    : { phase, name, operator, version, text };
}

/** A member's own field (blanked ones included) or that of the base, each with its array for `arch`. */
function effective(srcinfo: Srcinfo, member: SrcinfoSection, key: string, arch: string): readonly string[] {
  const one = (name: string): readonly string[] =>
    sectionValues(member.fields.has(name) ? member : srcinfo.base, name);
  const special = one(`${key}_${arch}`);
  return (special.length === 0 ? one(key) : [...one(key), ...special]).filter((value) => value !== '');
}

/**
 * What the packages of a recipe offer: their names with the recipe's version, what they provide, and
 * libraries (`libfoo.so`, mostly without a version: makepkg adds it in the build).
 */
export function offersOf(srcinfo: Srcinfo, arch: string, version: string): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const { name } of srcinfo.members) offers.set(name, { via: 'output', name, version });
  for (const member of srcinfo.members) {
    for (const text of effective(srcinfo, member, 'provides', arch)) {
      const { name, version: stated } = parseDependency(text);
      const via = isSoname(name) ? 'soname' : 'provides';
      const key = `${text} ${via}`;
      if (name === '' || offers.get(name)?.via === 'output') continue;
      offers.set(key, stated === undefined ? { via, name } : { via, name, version: stated });
    }
  }
  return [...offers.values()];
}

/**
 * What a recipe needs before it can be built or its packages installed: dependencies of all packages and
 * of making and testing them, with the arrays of `arch`. Packages of the recipe itself are left out.
 */
export function needsOf(srcinfo: Srcinfo, arch: string, offers: readonly Offer[]): readonly Need[] {
  const own = new Set(offers.filter(({ via }) => via === 'output').map(({ name }) => name));
  const needs = new Map<string, Need>();
  const add = (texts: readonly string[], phase: Need['phase']): void => {
    for (const text of texts) {
      const key = `${phase} ${text}`;
      if (needs.has(key)) continue;
      const need = toNeed(text, phase);
      if (need.name !== '' && !own.has(need.name)) needs.set(key, need);
    }
  };
  // makepkg installs the dependencies of the base for every build, whatever the members replace
  const members = [srcinfo.base, ...srcinfo.members];
  for (const member of members) add(effective(srcinfo, member, 'depends', arch), 'run');
  for (const key of ['makedepends', `makedepends_${arch}`]) add(sectionValues(srcinfo.base, key), 'build');
  for (const member of members) add(effective(srcinfo, member, 'checkdepends', arch), 'check');
  return [...needs.values()];
}
