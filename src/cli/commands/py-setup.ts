import type { Command } from 'commander';
import { setUpResources } from '../../app/python/index.ts';
import { machine, pathExists } from '../../host/index.ts';
import { collect } from '../collect.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface SetupWords {
  readonly dir: string;
  readonly special: readonly string[];
  readonly image?: string;
  readonly force?: boolean;
}

const help = `
Makes dockerfiles/all with a Dockerfile for each distribution of the lists, and dockerfiles/build, which is empty: copy into it what is
to be built, with its times:
  cp -p -u dockerfiles/all/* dockerfiles/build/

A list has lines of name==version, or is YAML:
  - name: requests
    version: 2.31.0
    install: [{manager: pip}, {manager: apt, name: netbase}]
    extra_depends: [six]`;

/** `packmill py setup`. */
export function addPySetup(py: Command, shell: Shell): void {
  py.command('setup')
    .description('make the folders of a build, and a Dockerfile for each distribution of a list')
    .argument('[list...]', 'lists of distributions (default: pip-packages, when it is there)')
    .option('--dir <dir>', 'folder of the build', '.')
    .option('--special <dir>', 'folder with Dockerfiles written by hand; several times', collect, [])
    .option('--image <name>', 'image that Dockerfiles begin with')
    .option('-f, --force', 'write Dockerfiles anew that are there')
    .addHelpText('after', help)
    .action(async (lists: readonly string[], words: SetupWords) => {
      const root = machine.absolute(words.dir);
      const usual = `${root}/pip-packages`;
      const report = await setUpResources({
        root,
        lists: lists.length > 0 ? lists.map(machine.absolute) : pathExists(usual) ? [usual] : [],
        special: words.special.map(machine.absolute),
        base: words.image,
        force: words.force === true,
      });
      for (const one of report.problems) shell.complain(one);
      shell.print(`${report.written.length} Dockerfiles written, ${report.kept.length} kept`);
      shell.printJson(report);
      // an entry that was left out is told, and stops nothing
      shell.exitCode = exitCodes.done;
    });
}
