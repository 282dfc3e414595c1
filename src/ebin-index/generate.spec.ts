import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bothParts,
  cached,
  indexOf,
  rowFor,
  type SampleBuild,
  sampleBuilds,
} from '../../test/ebin-index/sample.ts';
import type { Code, ProblemError } from '../diagnostics/index.ts';
import { contentLayoutText, contentPath } from '../formats/gentoo/index.ts';
import { isUnreadable } from './evaluate.ts';
import {
  distfileName,
  existenceOf,
  fragmentFor,
  generateIndex,
  mainPart,
  manifestText,
  nearestCombination,
  packageOf,
  pfOf,
  readText,
  requiredUseHolds,
  selectBuilds,
  tableOf,
  urisUnder,
} from './index.ts';
import { requiredUse } from './required-use.ts';
import { partIndex } from './source-uri.ts';
import { printTexts } from './tree-expression.ts';

const demo = sampleBuilds('app-misc/ebindemo-1.0');
const script = sampleBuilds('app-misc/ebinscript-2.0-r1');
const usedep = sampleBuilds('app-misc/usedep-1');
const library = sampleBuilds('dev-libs/demolib-1.3');

const uris = (text: string): number =>
  text.split(/\s+/).filter((word) => word.startsWith('mirror://')).length;
const main = (...given: Parameters<typeof indexOf>) => indexOf(...given).ebuilds[0];
const without = (builds: readonly SampleBuild[], buildId: number): SampleBuild[] =>
  builds.filter((build) => build.buildId !== buildId);

const holds = (text: string, use: readonly string[]): boolean => {
  const read = readText(text, { kind: 'required-use' });
  if (isUnreadable(read)) throw new Error(read.flaw);
  return requiredUseHolds(read, new Set(use));
};

const codeOf = (act: () => unknown): Code | string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as ProblemError).problem.code;
  }
};

const changed = (build: SampleBuild | undefined, metadata: Record<string, string>): SampleBuild => {
  if (!build) throw new Error('no build');
  return { ...build, metadata: { ...build.metadata, ...metadata } };
};

describe('the choice of builds', () => {
  it('12: takes the newest of two builds of one combination, and drops test', () => {
    const selection = selectBuilds(demo);
    expect(selection.selected).toHaveLength(8);
    expect(selection.left.map(({ build }) => build.buildId)).toEqual([5]);
    const alpha = selection.selected.find(({ use }) => [...use].join() === 'alpha');
    expect(alpha?.build.buildId).toBe(9);
    expect(selection.flags).toMatchObject({ varying: ['alpha', 'beta', 'doc'], dropped: ['test'] });
  });

  it('takes other builds when it is told to', () => {
    const ids = (pick: string) =>
      selectBuilds(demo, { pick })
        .selected.map(({ build }) => build.buildId)
        .sort();
    expect(ids('first')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ids('build-id<=2')).toEqual([1, 2]);
    expect(ids('use=alpha,use=-doc')).toEqual([7, 9]);
    expect(codeOf(() => ids('youngest'))).toBe('EBN071');
    expect(codeOf(() => ids('build-id>99'))).toBe('EBN075');
  });

  it('leaves other groups out, refuses them, or takes their flags for off', () => {
    const [first] = demo;
    const other = {
      ...changed(first, {}),
      path: 'other',
      iuse: ['+alpha', 'beta', 'doc', 'new'],
      buildTime: 1,
    };
    const builds = [...demo, other];
    const { problems } = selectBuilds(builds);
    expect(problems.map(({ code }) => code)).toEqual(['EBN061']);
    expect(codeOf(() => selectBuilds(builds, { mixed: 'reject' }))).toBe('EBN068');
    const on = { ...other, use: ['new', 'amd64'] };
    expect(selectBuilds([...demo, on], { mixed: 'union' }).flags.varying).toEqual([
      'alpha',
      'beta',
      'doc',
      'new',
    ]);
  });

  it('44, 47: refuses clashing flags, bindist, prefixes and names that are none', () => {
    const named = demo.map((build) => ({ ...build, iuse: [...build.iuse, 'splitdebug'] }));
    expect(codeOf(() => indexOf(named))).toBe('EBN051');
    const renamed = [{ name: 'splitdebug', mode: 'flag', flag: 'debuginfo' }] as const;
    expect(cached(main(named, {}, renamed), 'IUSE')).toBe('+alpha beta doc splitdebug debuginfo');
    const [one] = demo;
    expect(codeOf(() => selectBuilds([changed(one, { RESTRICT: 'bindist test' })]))).toBe('EBN053');
    expect(codeOf(() => selectBuilds([changed(one, { EPREFIX: '/home/x' })]))).toBe('EBN005');
    expect(codeOf(() => selectBuilds([{ ...changed(one, {}), iuse: ['a!'] }]))).toBe('EBN050');
    const allowed = main([changed(one, { RESTRICT: 'bindist' })], { allowBindist: true });
    expect(cached(allowed, 'RESTRICT')).toBe('bindist mirror strip');
  });

  it('warns of builds that are not stripped or lack files', () => {
    const build = changed(demo[0], { FEATURES: 'nostrip', PKG_INSTALL_MASK: '/usr/share/doc' });
    expect(selectBuilds([build]).problems.map(({ code }) => code)).toEqual(['EBN065', 'EBN009']);
  });
});

describe('SRC_URI and REQUIRED_USE of the sample', () => {
  it('14, 15: count objects and flags that change nothing', () => {
    const { report } = indexOf(demo);
    expect(report.distinct).toEqual({ main: [8, 8], installsources: [4, 8], splitdebug: [5, 8] });
    expect(report.neutral).toEqual({ main: [], installsources: ['doc'], splitdebug: [] });
  });

  it('16: have 24 addresses in naive form, nested as EAPI 8 demands', () => {
    const text = cached(main(demo, { form: 'naive' }), 'SRC_URI');
    expect(uris(text)).toBe(24);
    expect(text).toContain('!alpha? ( !beta? ( !doc? (');
    expect(text).not.toMatch(/\? !?\w+\?/);
  });

  it('17: have 17 addresses as a tree', () => {
    const naive = cached(main(demo, { form: 'naive' }), 'SRC_URI');
    const text = cached(main(demo, { order: 'iuse' }), 'SRC_URI');
    expect(uris(text)).toBe(17);
    expect(text.slice(text.indexOf('installsources?'), text.indexOf('splitdebug?'))).not.toContain('doc?');
    expect(text.length).toBeLessThan(naive.length);
  });

  it('19: fetch the main part and the debug data of one build', () => {
    const read = readText(cached(main(demo), 'SRC_URI'), { kind: 'src-uri' });
    const { report } = indexOf(demo);
    const row = report.table.find(({ use }) => use.join() === 'beta,doc');
    const files = isUnreadable(read) ? [] : urisUnder(read, new Set(['beta', 'doc', 'splitdebug']));
    expect(row?.build).toContain('ebindemo-1.0-4');
    expect(files.map(({ name }) => name)).toEqual([row?.parts.main?.name, row?.parts.splitdebug?.name]);
  });

  it('20: say a part once that is the same everywhere', () => {
    const same = demo.map((build) => ({ ...build, words: { ...build.words, installsources: 'same' } }));
    expect(cached(main(same), 'SRC_URI')).toMatch(/ installsources\? \( mirror:\S+ -> \S+ \) splitdebug\?/);
    const naive = main(same, { form: 'naive' });
    expect(uris(cached(naive, 'SRC_URI'))).toBe(24);
    expect(naive?.objects.filter(({ name }) => name.includes('installsources'))).toHaveLength(1);
  });

  it('21: refuse a combination that is not built', () => {
    const missing = without(demo, 7);
    const tree = cached(main(missing, { order: 'iuse' }), 'REQUIRED_USE');
    expect(tree).toBe('alpha? ( beta? ( doc ) )');
    const naive = cached(main(missing, { requiredUse: 'naive' }), 'REQUIRED_USE');
    expect(naive.match(/\( !?alpha/g)).toHaveLength(7);
    for (const text of [tree, naive]) {
      expect(holds(text, ['alpha', 'beta'])).toBe(false);
      expect(holds(text, ['alpha', 'beta', 'doc'])).toBe(true);
    }
    expect(indexOf(missing).report.missing).toEqual([['alpha', 'beta']]);
  });

  it('22: allow five of eight combinations of the script', () => {
    const ebuild = main(script);
    const text = cached(ebuild, 'REQUIRED_USE');
    expect(text).toBe(
      'python_targets_python3_11? ( python_targets_python3_12? ( nls ) ) !python_targets_python3_11? ( python_targets_python3_12 )',
    );
    expect([['nls'], []].map((use) => holds(text, use))).toEqual([false, false]);
    expect(cached(ebuild, 'IUSE')).toBe('+nls python_targets_python3_11 python_targets_python3_12');
    expect([cached(ebuild, 'SLOT'), cached(ebuild, 'KEYWORDS')]).toEqual(['2/2.1', '-* amd64']);
  });

  it('45: need no conditions when there are no flags', () => {
    const ebuild = main(library);
    expect(cached(ebuild, 'SRC_URI')).toMatch(/^mirror:\S+ -> \S+$/);
    expect(ebuild?.cache).not.toMatch(/^(REQUIRED_USE|IUSE)=/m);
  });

  it('43: offer a part of the operator under its flag', () => {
    const manuals = demo.map((build) => ({ ...build, words: { ...build.words, man: 'pages' } }));
    const rule = { name: 'man', mode: 'flag', flag: 'man', inverted: true } as const;
    const ebuild = main(manuals, {}, [...bothParts(), rule]);
    expect(cached(ebuild, 'IUSE')).toBe('+alpha beta doc installsources +man splitdebug');
    expect(cached(ebuild, 'SRC_URI')).toMatch(/ man\? \( mirror:\S+ -> \S+-man-\S+ \)/);
  });

  it('pin flags that are the same in all builds', () => {
    const beta = demo.filter(({ use }) => use.includes('beta'));
    const ebuild = main(beta);
    expect(cached(ebuild, 'REQUIRED_USE')).toBe('beta');
    expect(cached(ebuild, 'IUSE')).toBe('+alpha +beta doc installsources splitdebug');
    const dropped = main(beta, { constant: 'drop' });
    expect(cached(dropped, 'REQUIRED_USE')).toBe('');
    expect(cached(dropped, 'IUSE')).toBe('+alpha doc installsources splitdebug');
    expect(cached(dropped, 'RDEPEND')).toMatch(/ >=dev-libs\/demolib-1\.0$/);
  });

  it('demand what has a part when --partial-extra says so', () => {
    const partial = demo.map((build) =>
      build.use.includes('doc') ? { ...build, words: { main: build.words.main ?? '' } } : build,
    );
    expect(cached(main(partial, {}), 'REQUIRED_USE')).toBe('');
    const text = cached(main(partial, { partialExtra: 'require' }), 'REQUIRED_USE');
    expect(text).toBe('installsources? ( !doc ) splitdebug? ( !doc )');
  });

  it('are for each architecture when there are several', () => {
    const other = demo.slice(0, 3).map((build) => ({
      ...build,
      path: `arm/${build.path}`,
      chost: 'aarch64-unknown-linux-gnu',
      arch: 'arm64',
      words: { main: `arm ${build.words.main}` },
    }));
    const ebuild = main([...demo, ...other], { archDimension: true });
    expect(cached(ebuild, 'KEYWORDS')).toBe('-* ~arm64 amd64');
    expect(cached(ebuild, 'REQUIRED_USE')).toBe('arm64? ( !alpha beta? ( !doc ) )');
    expect(cached(ebuild, 'SRC_URI')).toMatch(/^arm64\? \( .* \) amd64\? \( /);
    expect(holds(cached(ebuild, 'REQUIRED_USE'), ['arm64', 'alpha'])).toBe(false);
    expect(holds(cached(ebuild, 'REQUIRED_USE'), ['amd64', 'alpha'])).toBe(true);
  });
});

describe('the example of the proposal', () => {
  const flags = ['a', 'b', 'c'];
  const rows = Array.from({ length: 8 }, (_, one) => {
    const use = flags.filter((_flag, index) => (one >> (2 - index)) & 1);
    return rowFor(use, { main: `${one}`, splitdebug: `${one}`, installsources: `${one}` });
  });

  it('has 24 objects and eight groups in naive form', () => {
    const table = tableOf(flags, rows);
    const parts = ['main', 'splitdebug', 'installsources'].map((part) =>
      printTexts(partIndex(table, part, { form: 'naive' })),
    );
    expect(uris(parts.join(' '))).toBe(24);
    expect(parts[0]).toMatch(/^!a\? \( !b\? \( !c\? \( mirror:\S+ -> \S+ \) \) \) !a\? \( !b\? \( c\? \( /);
    const text = printTexts(
      requiredUse(existenceOf(table), { requiredUse: 'naive', explicitRequiredUse: true }),
    );
    expect(text).toBe(
      '|| ( ( !a !b !c ) ( !a !b c ) ( !a b !c ) ( !a b c ) ( a !b !c ) ( a !b c ) ( a b !c ) ( a b c ) )',
    );
  });

  it('is recognised where it is a choice', () => {
    const some = (numbers: number[]) =>
      printTexts(requiredUse({ flags, combinations: numbers }, { requiredUse: 'auto' }));
    expect(some([1, 2, 4])).toBe('^^ ( a b c )');
    expect(some([0, 1, 2, 4])).toBe('?? ( a b c )');
    expect(some([1, 2, 3, 4, 5, 6, 7])).toBe('|| ( a b c )');
    expect(some([5, 7])).toBe('a c');
    expect(some([1, 2, 5, 6])).toBe('^^ ( b c )');
  });
});

describe('metadata of the sample', () => {
  it('23: DESCRIPTION survives quotes', () => {
    const ebuild = main(script);
    expect(ebuild?.text).toContain(
      'DESCRIPTION="script-only package, a \\"quoted\\" description, USE_EXPAND flags"',
    );
    expect(cached(ebuild, 'DESCRIPTION')).toBe(
      'script-only package, a "quoted" description, USE_EXPAND flags',
    );
    const control = script.map((build) => changed(build, { DESCRIPTION: 'a\u0007b' }));
    expect(codeOf(() => indexOf(control))).toBe('EBN070');
  });

  it('24: RDEPEND has pins and operators, and no bound atom', () => {
    const text = cached(main(demo), 'RDEPEND');
    expect(text).toBe(
      'alpha? ( beta? ( dev-libs/demolib:0/3 ) !beta? ( doc? ( dev-libs/demolib:0/3 ) !doc? ( dev-libs/demolib:0/4 ) ) dev-libs/demolib:= ) beta? ( >=dev-libs/demolib-1.0 )',
    );
    expect(cached(main(demo), 'DEPEND')).toBe('alpha? ( dev-libs/demolib:= )');
    expect(text).not.toMatch(/:\S+\/\S+=/);
  });

  it('24: comes to the same from the sets of the builds alone', () => {
    const bare = demo.map((build) => ({ ...build, environment: undefined, arch: 'amd64' }));
    const text = cached(main(bare, { phases: 'drop' }), 'RDEPEND');
    expect(text).toContain('dev-libs/demolib:0/3');
    expect(text).toContain('alpha? ( dev-libs/demolib:= )');
    expect(text).not.toMatch(/:\S+\/\S+=/);
  });

  it('25: --subslot newest leaves combinations out that need an older library', () => {
    const { report, ebuilds } = indexOf(demo, { subslot: 'newest' });
    expect(report.table.map(({ use }) => use.join())).toEqual(['', 'doc', 'beta', 'beta,doc', 'alpha']);
    const text = cached(ebuilds[0], 'REQUIRED_USE');
    expect(['alpha,doc', 'alpha,beta', 'alpha,beta,doc'].map((use) => holds(text, use.split(',')))).toEqual([
      false,
      false,
      false,
    ]);
    expect(codeOf(() => indexOf(demo, { subslot: 'reject' }))).toBe('EBN069');
  });

  it('26: PDEPEND and LICENSE keep their conditions', () => {
    const ebuild = main(demo);
    expect(cached(ebuild, 'PDEPEND')).toBe('doc? ( dev-libs/demolib:0 )');
    expect(cached(ebuild, 'LICENSE')).toBe('GPL-2 doc? ( CC0-1.0 )');
  });

  it('27: USE dependencies, blockers and choices come through', () => {
    const { ebuilds, problems } = indexOf(usedep);
    expect(cached(ebuilds[0], 'RDEPEND')).toBe(
      '!alpha? ( dev-libs/demolib:0/4[alpha(-)?] ) dev-libs/demolib:=[alpha(-)?] !<app-misc/usedep-0.5 alpha? ( !!app-misc/other ) || ( ( dev-libs/demolib:0 dev-libs/x ) dev-libs/y )',
    );
    expect(cached(ebuilds[0], 'PROPERTIES')).toBe('alpha? ( interactive )');
    expect(problems.map(({ code }) => code)).toEqual(['EBN064']);
    const bare = usedep.map((build) => ({ ...build, environment: undefined, arch: 'amd64' }));
    const text = cached(main(bare), 'RDEPEND');
    for (const item of [
      'alpha? ( dev-libs/demolib:=[alpha(-)]',
      '!!app-misc/other',
      '|| ( ( dev-libs/demolib:0 dev-libs/x ) dev-libs/y )',
      'dev-libs/demolib:0/4',
    ])
      expect(text).toContain(item);
  });

  it('refuses what is no dependency', () => {
    const wrong = script.map((build) => changed(build, { RDEPEND: 'dev-libs/x (' }));
    expect(codeOf(() => indexOf(wrong))).toBe('EBN054');
  });

  it('warns of texts that differ, of missing defaults and of forbidden builds', () => {
    const [first, ...more] = script;
    const builds = [changed(first, { DESCRIPTION: 'other' }), ...more];
    expect(indexOf(builds).problems.map(({ code }) => code)).toEqual(['EBN062', 'EBN063']);
    expect(indexOf(script, { defaults: 'nearest' }).problems).toEqual([]);
    expect(cached(main(script, { defaults: 'nearest' }), 'IUSE')).toBe(
      '+nls python_targets_python3_11 +python_targets_python3_12',
    );
    const none = { ...changed(first, {}), path: 'none', use: ['amd64'], words: { main: 'none' } };
    expect(indexOf([...script, none]).problems.map(({ code }) => code)).toContain('EBN074');
  });
});

describe('the whole', () => {
  it('37: the Manifest has 17 lines, sorted', () => {
    const lines = manifestText(main(demo)?.objects ?? [])
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(17);
    expect([...lines].sort()).toEqual(lines);
    for (const line of lines)
      expect(line).toMatch(/^DIST \S+\.tar\.xz \d+ BLAKE2B [0-9a-f]{128} SHA512 [0-9a-f]{128}$/);
  });

  it('38: is the same whatever the order of the builds', () => {
    const once = indexOf(demo);
    fc.assert(
      fc.property(fc.shuffledSubarray(demo, { minLength: demo.length }), (builds) => {
        expect(indexOf(builds)).toEqual(once);
      }),
      { numRuns: 10 },
    );
  });

  it('42: has sub-packages with the flags that their content depends on', () => {
    const { ebuilds, problems } = indexOf(demo, {}, bothParts('subpackage'));
    const [ebin, debug, sources] = ebuilds;
    expect(ebuilds.map(({ id }) => id.name)).toEqual(['ebindemo', 'ebindemo-debug', 'ebindemo-sources']);
    expect([ebin, debug, sources].map((one) => cached(one, 'IUSE'))).toEqual([
      '+alpha beta doc',
      '+alpha beta doc',
      '+alpha beta',
    ]);
    expect(cached(debug, 'RDEPEND')).toBe('~app-misc/ebindemo-1.0[alpha=,beta=,doc=]');
    expect(cached(sources, 'RDEPEND')).toBe('~app-misc/ebindemo-1.0[alpha=,beta=]');
    expect(problems.map(({ code }) => code)).toEqual(['EBN067', 'EBN067']);
    const pulling = main(demo, { subpackageFlag: true }, bothParts('subpackage'));
    expect(cached(pulling, 'PDEPEND')).toContain(
      'installsources? ( ~app-misc/ebindemo-sources-1.0[alpha=,beta=] )',
    );
    expect(cached(pulling, 'IUSE')).toBe('+alpha beta doc installsources splitdebug');
  });

  it('refuses names that stand for two contents, and those that are taken', () => {
    const short = { uriStyle: 'short', uriDigits: 1 } as const;
    expect(codeOf(() => indexOf(demo, short))).toBe('EBN057');
    expect(cached(main(demo, { uriStyle: 'short' }), 'SRC_URI')).toMatch(
      / mirror:\/\/binhost\/[0-9a-f]{32} /,
    );
    expect(cached(main(demo, { uriStyle: 'bare' }), 'SRC_URI')).toMatch(
      / ebindemo-1\.0-main-[0-9a-f]{16}\.tar\.xz /,
    );
    const selection = selectBuilds(library);
    const { parts } = rowFor([], { main: 'x', splitdebug: 'y' });
    const request = {
      selection,
      parts: new Map(library.map(({ path }) => [path, parts])),
      classes: bothParts('subpackage'),
      options: {},
      isTaken: (name: string) => name === 'dev-libs/demolib-debug',
    };
    expect(codeOf(() => generateIndex(request))).toBe('EBN058');
  });

  it('lengthens names until they differ, and lays objects out by their content', () => {
    const sha512 = `64d30c8b${'0'.repeat(120)}`;
    const object = { part: mainPart, sha512, ending: '.tar.xz' };
    expect(fragmentFor([object])).toBe(16);
    expect(fragmentFor([object, { ...object, sha512: `${sha512.slice(0, 127)}1` }])).toBe(128);
    expect(distfileName(pfOf(packageOf('app-misc/demo-1.0')), object)).toBe(
      'demo-1.0-main-64d30c8b00000000.tar.xz',
    );
    expect(contentPath(sha512)).toBe(`64/d3/0c/${sha512}`);
    expect(contentLayoutText).toBe('[structure]\n0=content-hash SHA512 8:8:8\n');
  });

  it('bumps the revision of an ebin that was made anew', () => {
    expect(indexOf(demo, { bump: 3 }).ebuilds[0]?.id.version.revision).toBe('3');
    expect(indexOf(script, { bump: 7 }).ebuilds[0]?.id.version.revision).toBe('107');
    expect(codeOf(() => indexOf(demo, { bump: 100 }))).toBe('EBN071');
  });

  it('finds the nearest combination, and says what a missing one takes', () => {
    const selection = selectBuilds(script);
    const table = tableOf(selection.flags.varying, indexOf(script).report.table);
    const wish = nearestCombination(existenceOf(table), ['nls']);
    expect(wish.isThere).toBe(false);
    expect(wish.nearest.map(({ turnOn, turnOff }) => [turnOn.join(), turnOff.join()])).toEqual([
      ['python_targets_python3_12', ''],
      ['python_targets_python3_11', ''],
    ]);
    expect(wish.toBuild).toEqual(['nls', '-python_targets_python3_11', '-python_targets_python3_12']);
    expect(nearestCombination(existenceOf(table), ['nls', 'python_targets_python3_12']).isThere).toBe(true);
  });

  it('46: proves 1024 combinations, and refuses more than it is allowed', () => {
    const flags = Array.from({ length: 10 }, (_, at) => `flag${at}`);
    const [first] = library;
    const builds = Array.from({ length: 1024 }, (_, one): SampleBuild => {
      const use = flags.filter((_flag, index) => (one >> index) & 1);
      return {
        ...changed(first, {}),
        path: `p${one}`,
        iuse: flags,
        use: [...use, 'amd64'],
        words: { main: `${one}`, splitdebug: `${one & 31}` },
      };
    });
    const { proof, report } = indexOf(builds);
    expect(proof).toEqual({ combinations: 1024, isExhaustive: true });
    expect(report.sizes.ebuild).toBeLessThan(1 << 20);
    expect(codeOf(() => indexOf(builds, { maxCombinations: 1000 }))).toBe('EBN059');
    expect(codeOf(() => indexOf(builds, { maxEbuild: 100_000 }))).toBe('EBN059');
  });
});
