import type { Command } from 'commander';
import { Option } from 'commander';
import { nextOf, takeSeed } from '../../app/stages/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { several } from './metro-values.ts';
import { stateFarm } from './stage-display.ts';
import { parseDays } from './stage-mirror.ts';

const seedHelp = `
Everything that is built comes out of the seed. Its checksum or its signature has to be known: give --sha256, or --signature and --key,
or let a file NAME.hash.txt lie beside it. The subarch is set up for local builds from it.

Examples:
  packmill stage seed import stage3.tar.xz /srv/mirror 1.4/x86-64bit/core2_64/2026-01-31 \\
    --sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  packmill stage seed import stage3.tar.xz /srv/mirror 1.4/x86-64bit/core2_64/2026-01-31 \\
    --signature stage3.tar.xz.gpg --key makers.asc`;

const nextHelp = `
Looks at the subarches of a mirror that are set up for building: what was never built comes first, then what failed and has waited for
twice the stale time, then the oldest that is stale. Exit code 1 when nothing is due.

Example:
  packmill --json stage next /srv/mirror | jq -r '"\\(.candidate.build) \\(.candidate.archDesc) \\(.candidate.subarch)"'`;

interface SeedWords {
  readonly type: 'stage1' | 'stage3';
  readonly sha256?: string;
  readonly signature?: string;
  readonly key?: readonly string[];
  readonly state?: string;
}

/** `packmill stage seed import` and `packmill stage next`. */
export function addStageSeed(stage: Command, shell: Shell): void {
  const seed = stage.command('seed').description('stages that others made, to begin with');
  seed
    .command('import')
    .description('take a stage into a mirror, proven by checksum or signature')
    .argument('<file>', 'archive of a root file system')
    .argument('<mirror>', 'the mirror')
    .argument('<place>', 'its place there: BUILD/ARCH_DESC/SUBARCH/VERSION')
    .addOption(
      new Option('--type <type>', 'what kind of stage it is').choices(['stage1', 'stage3']).default('stage3'),
    )
    .option('--sha256 <digest>', 'the checksum that its maker states')
    .option('--signature <file>', 'a detached signature of it')
    .option('--key <file>', 'public key of the maker; may be given several times', several)
    .option('--state <dir>', 'farm whose key signs what is published (default: the farm we are in, if any)')
    .addHelpText('after', seedHelp)
    .action((file: string, mirror: string, place: string, words: SeedWords) =>
      importSeed(shell, { file, mirror, place }, words),
    );
  stage
    .command('next')
    .description('which subarch of a mirror is to be built next')
    .argument('<mirror>', 'its folder')
    .option('--stale <days>', 'age from which a build is made anew', parseDays, parseDays('3'))
    .option('--failures <n>', 'how often in a row a subarch may fail', parseCount, 3)
    .addHelpText('after', nextHelp)
    .action(async (folder: string, words: { readonly stale: number; readonly failures: number }) => {
      const next = await nextOf(machine.absolute(folder), {
        staleMs: words.stale,
        mostFailures: words.failures,
      });
      shell.printJson(next ?? null);
      if (next) {
        const { build, archDesc, subarch } = next.candidate;
        shell.print(`${build} ${archDesc} ${subarch} (${next.why})`);
        return;
      }
      shell.print('nothing is due');
      shell.exitCode = exitCodes.failed;
    });
}

interface SeedPlace {
  readonly file: string;
  readonly mirror: string;
  readonly place: string;
}

async function importSeed(shell: Shell, { file, mirror, place }: SeedPlace, words: SeedWords): Promise<void> {
  const { sha256, signature, key = [], type } = words;
  const [build = '', archDesc = '', subarch = '', version, ...rest] = place.split('/');
  if (version === undefined || rest.length > 0)
    throw fault('CLI001', { what: `'${place}' is no BUILD/ARCH_DESC/SUBARCH/VERSION` });
  const digest = sha256?.toLowerCase();
  if (digest !== undefined && !/^[0-9a-f]{64}$/.test(digest))
    throw fault('CLI001', { what: `'${sha256}' is no SHA-256` });
  if ((signature === undefined) !== (key.length === 0))
    throw fault('CLI001', { what: '--signature and --key belong together' });
  const proof = {
    digest,
    signature:
      signature === undefined
        ? undefined
        : { path: machine.absolute(signature), keys: key.map(machine.absolute) },
  };
  const path = await takeSeed(
    {
      file: machine.absolute(file),
      mirror: machine.absolute(mirror),
      identity: { build, archDesc, subarch, version },
      type,
      proof,
    },
    stateFarm(shell, words),
  );
  shell.printJson({ path });
  shell.print(path);
}
