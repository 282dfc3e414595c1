// The index of an ebin: 2^10 combinations of ten flags, made and proved, in both forms. Of the flags six change the main
// part, two the debug data, one the sources; what is said of the naive form is of the same builds.
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { cached, indexOf, type SampleBuild, sampleBuilds } from '../test/ebin-index/sample.ts';
import { median, print } from './measure/figures.ts';

const flags = Array.from({ length: 10 }, (_, at) => `feature${at}`);

/** Reads a text, prints the median milliseconds of evaluating it for ten combinations: Portage keeps answers it gave before. */
const evaluation = `
import sys, time
from portage.dep import use_reduce
text, flags, times = sys.stdin.read(), sys.argv[1].split(), []
for count in range(10):
    use = set(flags[count:])
    start = time.perf_counter()
    use_reduce(text, uselist=use, is_src_uri=True, eapi="8", flat=True)
    times.append(time.perf_counter() - start)
print("%.1f" % (1000 * sorted(times)[5]))
`;

/** Builds of all combinations; a part depends on the flags whose bits it has. */
function buildsOf(): SampleBuild[] {
  const [first] = sampleBuilds('app-misc/ebindemo-1.0');
  if (!first) throw new Error('the sample lacks its builds');
  return Array.from({ length: 2 ** flags.length }, (_, one): SampleBuild => {
    const use = flags.filter((_flag, index) => (one >> index) & 1);
    const dependencies = use.map((flag) => `dev-libs/${flag}:0/1=`).join(' ');
    const template = flags.map((flag) => `${flag}? ( dev-libs/${flag}:= )`).join(' ');
    return {
      ...first,
      path: `demo-${one}`,
      buildId: one + 1,
      iuse: flags,
      use: [...use, 'amd64'],
      metadata: { ...first.metadata, RDEPEND: dependencies, PDEPEND: '', LICENSE: 'GPL-2' },
      environment: (first.environment ?? '')
        .replace(/^declare RDEPEND=.*$/m, `declare RDEPEND="${template}"`)
        .replace(/^declare PDEPEND=.*$/m, 'declare PDEPEND=""')
        .replace(/^declare -x LICENSE=.*$/m, 'declare -x LICENSE="GPL-2"'),
      words: {
        main: String(one & 0b0101010111),
        splitdebug: String(one & 0b0000000110),
        installsources: String(one & 0b0000000010),
      },
    };
  });
}

const tokens = (text: string): number => text.split(' ').filter((word) => word.includes('://')).length;

/** What Portage takes to read SRC_URI for one combination. */
function evaluateByPortage(form: string, text: string): void {
  const checkout = process.env['PACKMILL_PORTAGE'];
  if (checkout === undefined) {
    print(`${form}: read by Portage`, 'set PACKMILL_PORTAGE to a checkout of Portage');
    return;
  }
  const env = { PATH: process.env['PATH'], PYTHONPATH: `${checkout}/lib`, PYTHONDONTWRITEBYTECODE: '1' };
  const words = ['-c', evaluation, flags.join(' ')];
  print(
    `${form}: read by Portage`,
    `${execFileSync('python3', words, { env, input: text, encoding: 'utf8' }).trim()} ms`,
  );
}

/**
 * The most that is proved without sampling: 2^16 combinations of sixteen flags. Four flags are never on without another one, so
 * that 4096 combinations are built and 61,440 have to be refused.
 */
function proofOfAll(): void {
  const names = Array.from({ length: 16 }, (_, at) => `feature${at}`);
  const [first] = sampleBuilds('app-misc/ebindemo-1.0');
  if (!first) throw new Error('the sample lacks its builds');
  const builds = Array.from({ length: 2 ** 12 }, (_, one): SampleBuild => {
    const use = names.filter((_flag, at) => (one >> (at % 12)) & 1);
    const plain = { RDEPEND: '', PDEPEND: '', LICENSE: 'GPL-2', DEFINED_PHASES: 'install', ARCH: 'amd64' };
    const metadata = { ...first.metadata, ...plain };
    const words = { main: String(one & 0b111111), splitdebug: String(one & 1), installsources: '0' };
    const facts = { path: `demo-${one}`, buildId: one + 1, iuse: names, use: [...use, 'amd64'] };
    return { ...first, ...facts, metadata, words, arch: 'amd64', environment: undefined };
  });
  const start = performance.now();
  const { proof } = indexOf(builds, { maxCombinations: 2 ** 16, maxEbuild: 1 << 24 });
  const ms = performance.now() - start;
  print(
    `${proof.combinations} combinations${proof.isExhaustive ? ', all of them' : ''}: made and proved`,
    `${ms.toFixed(0)} ms, 4096 of them built`,
  );
}

export async function run(): Promise<void> {
  proofOfAll();
  const builds = buildsOf();
  const forms = [
    { form: 'tree', requiredUse: 'tree' },
    { form: 'naive', requiredUse: 'naive', maxEbuild: 1 << 24 },
  ] as const;
  const counts = forms.map((options) => {
    const times: number[] = [];
    let made = indexOf(builds, options);
    for (let round = 0; round < 3; round += 1) {
      const start = performance.now();
      made = indexOf(builds, options);
      times.push(performance.now() - start);
    }
    evaluateByPortage(options.form, cached(made.ebuilds[0], 'SRC_URI'));
    const count = tokens(cached(made.ebuilds[0], 'SRC_URI'));
    print(`${options.form}: 1024 combinations made and proved`, `${median(times).toFixed(0)} ms`);
    print(`${options.form}: addresses in SRC_URI`, `${count}, ${made.report.sizes.ebuild} bytes of ebuild`);
    return count;
  });
  print('naive for each address of the tree', `${((counts[1] ?? 0) / (counts[0] ?? 1)).toFixed(1)}`);
}
