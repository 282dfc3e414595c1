import { describe, expect, it } from 'vitest';
import verdicts from '../../../testdata/gentoo/portage-verdicts.json' with { type: 'json' };
import { flatten, holds, satisfied } from './algebra.ts';
import { formatAtom, parseAtom } from './atom.ts';
import { matchesAtom } from './atom-match.ts';
import { parseDependencies } from './dependencies.ts';
import type { Eapi } from './eapi.ts';
import { parsePackageId } from './package-id.ts';
import { explainRequiredUse, parseRequiredUse } from './required-use.ts';
import { compareVersions } from './version.ts';

const place = { file: 'x' };

/** What Portage 3.0.82 said of inputs of ours; the file holds inputs and answers. */
describe('Portage says the same', () => {
  it('of the order of versions', () => {
    const ours = verdicts.versions.map(([a, b]) => [a, b, compareVersions(String(a), String(b))]);
    expect(ours).toEqual(verdicts.versions);
  });
  it('of which texts are atoms in which EAPI, and of how they print', () => {
    const ours = verdicts.atoms.map(([text = '', eapi]) => {
      const atom = parseAtom(String(text), { eapi: eapi as Eapi, repositories: false });
      return [text, eapi, atom ? formatAtom(atom) : null];
    });
    expect(ours).toEqual(verdicts.atoms);
  });
  it('of which packages an atom matches', () => {
    const ours = verdicts.matches.map(([text, id]) => {
      const atom = parseAtom(String(text)) ?? expect.fail(String(text));
      return [text, id, matchesAtom(atom, parsePackageId(String(id)) ?? expect.fail(String(id)))];
    });
    expect(ours).toEqual(verdicts.matches);
  });
  it('of which flags meet REQUIRED_USE, and whatever is not met is explained', () => {
    const ours = verdicts.requiredUse.map(([text, eapi, flags]) => {
      const { expression } = parseRequiredUse(String(text), { place, eapi: eapi as Eapi });
      const enabled = new Set(flags as string[]);
      if (!expression) return [text, eapi, flags, null];
      const isMet = satisfied(expression, {
        flags: enabled,
        holds: (condition) => holds(condition, enabled),
        eapi: eapi as Eapi,
      });
      expect(explainRequiredUse(expression, enabled, eapi as Eapi).length === 0).toBe(isMet);
      return [text, eapi, flags, isMet];
    });
    expect(ours).toEqual(verdicts.requiredUse);
  });
  it('of which dependencies apply under which flags', () => {
    const ours = verdicts.dependencies.map(([text, flags]) => {
      const { expression } = parseDependencies(String(text), { place, eapi: '8' });
      const found = expression && flatten(expression, new Set(flags as string[])).map(formatAtom);
      return [text, flags, found ?? null];
    });
    expect(ours).toEqual(verdicts.dependencies);
  });
});
