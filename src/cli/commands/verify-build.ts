import type { Command } from 'commander';
import { isFarm, openFarm, verifyBuild } from '../../app/index.ts';
import { interruptible } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface Options {
  readonly version?: string;
  readonly target?: string;
  readonly arch?: string;
}

const help = `
Exit code 0 when every byte is the same; 1 when something differs, or the build cannot be done as it was.

Examples:
  packmill verify-build hello
  packmill verify-build hello --version 2.12-1`;

/** `packmill verify-build NAME`: builds a package once more and compares it with the published one, byte by byte. */
export function addVerifyBuild(program: Command, shell: Shell): void {
  program
    .command('verify-build')
    .description('build a package once more from its statement and compare, byte by byte; publishes nothing')
    .argument('<name>', 'a package, or the recipe of one')
    .option('--version <version>', 'this version (default: the newest one that is published)')
    .option('--target <name>', 'of this repository (default: any)')
    .option('--arch <arch>', 'of this architecture (default: any)')
    .addHelpText('after', help)
    .action(async (name: string, options: Options) => {
      const { version, target, arch } = options;
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const verdict = await interruptible((signal) =>
          verifyBuild(farm, { name, version, target, arch, signal, onOutput: watcher(shell) }),
        );
        shell.printJson(verdict);
        shell.print(...lines(verdict));
        if (verdict.verdict !== 'reproduced') shell.exitCode = exitCodes.failed;
      } finally {
        await farm.close();
      }
    });
}

/** With --verbose, the log of the build on standard error. */
function watcher(shell: Shell): ((bytes: Uint8Array) => void) | undefined {
  if (!shell.verbose) return undefined;
  return (bytes) => shell.console.err(Buffer.from(bytes).toString('utf8'));
}

function lines(verdict: Awaited<ReturnType<typeof verifyBuild>>): readonly string[] {
  const { name, version, differences, missing, surroundings, fileName, diffoscope } = verdict;
  const words = {
    reproduced: `reproduced: ${fileName} is the same in every byte`,
    differs: `differs: ${differences.length} paths of ${fileName} are not the same`,
    cannot: `cannot tell: ${name} ${version} cannot be built as it was`,
  };
  return [
    words[verdict.verdict],
    ...missing.map((line) => `  missing: ${line}`),
    ...differences.flatMap(({ path, kind, lines: inside }) => [
      `  ${kind === 'changed' ? '' : `${kind.replace('-', ' ')}: `}${path}`,
      ...inside.map((line) => `      ${line}`),
    ]),
    ...(diffoscope ? ['diffoscope says:', ...diffoscope.map((line) => `  ${line}`)] : []),
    ...(surroundings.length > 0 ? ['not as it was then:'] : []),
    ...surroundings.map((line) => `  ${line}`),
  ];
}
