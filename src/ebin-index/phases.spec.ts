import { describe, expect, it } from 'vitest';
import { cached, indexOf, type SampleBuild, sampleBuilds } from '../../test/ebin-index/sample.ts';
import type { ProblemError } from '../diagnostics/index.ts';
import { readEnvironment, readFunctions } from './environment.ts';

const demo = sampleBuilds('app-misc/ebindemo-1.0');
const script = sampleBuilds('app-misc/ebinscript-2.0-r1');

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as ProblemError).problem.code;
  }
};

/** Builds with functions, and declarations, of one's own. */
const with_ = (
  text: (build: SampleBuild) => { phases: string; declarations?: string; functions: string },
): SampleBuild[] =>
  demo.map((build) => {
    const { phases, declarations = '', functions } = text(build);
    const environment = `declare -x ARCH="amd64"\ndeclare -x USE_EXPAND_VALUES_ARCH="amd64"\n${declarations}${functions}`;
    return {
      ...build,
      environment,
      metadata: { ...build.metadata, DEFINED_PHASES: phases, RDEPEND: '', PDEPEND: '', LICENSE: '' },
    };
  });

describe('functions that run on the machine of the user', () => {
  it('28: stand in the ebuild once, and nothing else of the builder does', () => {
    const [ebuild] = indexOf(demo).ebuilds;
    expect(ebuild?.text.match(/^pkg_\w+\(\)/gm)).toEqual(['pkg_postinst()', 'pkg_preinst()']);
    expect(ebuild?.text).not.toMatch(/ebindemo demo\.c|CFLAGS|PORTAGE_|x86_64/);
    expect(cached(ebuild, 'DEFINED_PHASES')).toBe(
      'compile configure install postinst preinst prepare test unpack',
    );
  });

  it('29: are refused, or left out, when that is asked for', () => {
    expect(codeOf(() => indexOf(demo, { phases: 'reject' }))).toBe('EBN055');
    expect(codeOf(() => indexOf(script, { phases: 'reject' }))).toBeUndefined();
    const dropped = indexOf(demo, { phases: 'drop' });
    expect(dropped.problems.map(({ code }) => code)).toEqual(['EBN066']);
    expect(dropped.ebuilds[0]?.text).not.toContain('pkg_');
  });

  it('30: are taken whole when a here-document has a line that looks like their end', () => {
    const text =
      'pkg_postinst () \n{ \n    cat <<EOF\n}\nother () \n{ \nEOF\n\n    echo "}"\n}\nother () \n{ \n    :\n}\n';
    const { functions, flaw } = readFunctions(text);
    expect(flaw).toBeUndefined();
    expect(functions.get('pkg_postinst')).toMatch(/EOF\n\n {4}echo "}"\n}$/);
    expect(functions.get('other')).toBe('other () \n{ \n    :\n}');
  });

  it('bring along the functions and variables that they mention', () => {
    const builds = with_(() => ({
      phases: 'postinst',
      declarations:
        'declare -a FILES=([0]="a b" [1]="c\\$d")\ndeclare -- OTHER="no"\ndeclare -x SECRET="hush-hush"\n',
      functions:
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Bash
        'helper () \n{ \n    echo "${FILES[@]}" ${SECRET} ${PN}\n}\nunused () \n{ \n    echo ${OTHER}\n}\npkg_postinst () \n{ \n    helper\n}\n',
    }));
    const [ebuild] = indexOf(builds).ebuilds;
    expect(ebuild?.text).toContain('FILES=( [0]="a b" [1]="c\\$d" )\n');
    expect(ebuild?.text).toContain('helper() {\n');
    expect(ebuild?.text).not.toMatch(/unused|OTHER=|hush-hush|SECRET=/);
  });

  it('answer themselves when they ask for a flag that is dropped', () => {
    const builds = with_(() => ({
      phases: 'postinst',
      functions:
        'pkg_postinst () \n{ \n    use test && echo $(usex test "yes" no) $(usev !test); use alpha\n}\n',
    }));
    expect(indexOf(builds).ebuilds[0]?.text).toContain('false && echo $(echo no) $(echo !test); use alpha');
  });

  it('that differ are brought along by each build, where the content is already there', () => {
    const builds = with_(({ buildId }) => ({
      phases: 'postinst prerm',
      functions: `pkg_postinst () \n{ \n    echo ${(buildId ?? 0) % 2}\n}\npkg_prerm () \n{ \n    :\n}\n`,
    }));
    const { ebuilds, made } = indexOf(builds);
    expect(made.map(({ text }) => text).sort()).toEqual(
      [0, 1].map((one) => `ebin_pkg_postinst() {\n    echo ${one}\n}\n`),
    );
    expect(ebuilds[0]?.text).toContain('\t\tebin_pkg_postinst\n');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Bash
    expect(ebuilds[0]?.text).toContain('source "${DISTDIR}/${file}"');
    expect(ebuilds[0]?.text).toContain('pkg_prerm() {\n    :\n}');
    expect(ebuilds[0]?.objects.filter(({ name }) => name.endsWith('.sh'))).toHaveLength(2);
    const early = with_(({ buildId }) => ({
      phases: 'setup',
      functions: `pkg_setup () \n{ \n    echo ${buildId}\n}\n`,
    }));
    expect(codeOf(() => indexOf(early))).toBe('EBN056');
  });

  it('that cannot be read are refused, and capabilities are spoken of', () => {
    const broken = with_(() => ({ phases: 'postinst', functions: 'pkg_postinst () \n{ \n    if\n' }));
    expect(codeOf(() => indexOf(broken))).toBe('EBN055');
    const caps = with_(() => ({
      phases: 'postinst',
      functions: 'pkg_postinst () \n{ \n    fcaps x /bin/y\n}\n',
    }));
    expect(indexOf(caps).problems.map(({ code }) => code)).toEqual(['EBN073']);
  });
});

describe('declarations', () => {
  it('are read in all forms of quoting', () => {
    const { variables, functionText } = readEnvironment(
      [
        'declare A="a \\$b \\" \\\\ \\` c\\',
        'd"',
        "declare -- B=$'x\\n\\t\\'\\x41\\101\\u00e9\\E\\cA'",
        "declare -rx C='single'",
        'declare D',
        'declare -A E=([k]="v" ["a b"]="(" )',
        'declare -a F=()',
        'f () ',
        '{ ',
        '    :',
        '}',
        '',
      ].join('\n'),
    );
    expect(variables.get('A')?.value).toBe('a $b " \\ ` cd');
    expect(variables.get('B')?.value).toBe("x\n\t'AAé\u001b\u0001");
    expect(variables.get('C')).toMatchObject({ value: 'single', attributes: 'rx' });
    expect(variables.get('D')).toMatchObject({ value: undefined, elements: undefined });
    expect(variables.get('E')?.elements).toEqual([
      ['k', 'v'],
      ['a b', '('],
    ]);
    expect(variables.get('F')?.elements).toEqual([]);
    expect(functionText.startsWith('f () ')).toBe(true);
  });

  it('may be of any length', () => {
    const long = 'x'.repeat(1 << 23);
    const text = `declare A="${long}"\ndeclare B=$'\\n${long}'\ndeclare -A C=(["${long}"]="v" )\nf () \n`;
    const { variables, functionText } = readEnvironment(text);
    expect(variables.get('A')?.value === long).toBe(true);
    expect(variables.get('B')?.value === `\n${long}`).toBe(true);
    expect(variables.get('C')?.elements?.[0]?.[0] === long).toBe(true);
    expect(functionText).toBe('f () \n');
  });

  it('end where a quote does', () => {
    for (const rest of ['declare A="x\n', "declare A=$'x\\'\n", 'declare -a A=([0="x" )\n', 'declare A="\\'])
      expect(readEnvironment(`declare B="b"\n${rest}`)).toEqual({
        variables: new Map([['B', { name: 'B', attributes: '', value: 'b', elements: undefined }]]),
        functionText: rest,
      });
  });
});
