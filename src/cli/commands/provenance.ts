import type { Command } from 'commander';
import {
  isFarm,
  openFarm,
  printBill,
  printProvenance,
  showProvenance,
  verifyProvenance,
} from '../../app/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface Options {
  readonly version?: string;
  readonly target?: string;
  readonly arch?: string;
  readonly sbom?: boolean;
  readonly verify?: boolean;
}

const help = `
Examples:
  packmill provenance hello                 # what went into it, and whether it was ever built again
  packmill provenance hello --verify
  packmill provenance hello --json          # the signed statement`;

/** `packmill provenance NAME`: how a package was made, as its signed statement says. */
export function addProvenance(program: Command, shell: Shell): void {
  program
    .command('provenance')
    .description('how a package was made: its signed statement, its bill of materials')
    .argument('<name>', 'a package, or the recipe of one')
    .option('--version <version>', 'this version (default: the newest one that is published)')
    .option('--target <name>', 'of this repository (default: any)')
    .option('--arch <arch>', 'of this architecture (default: any)')
    .option('--sbom', 'print its bill of materials (CycloneDX)')
    .option('--verify', 'check signature and hashes, also of all that it was built with')
    .addHelpText('after', help)
    .action(async (name: string, options: Options) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      const wanted = { name, version: options.version, target: options.target, arch: options.arch };
      try {
        if (options.verify) return await verify(farm, wanted, shell);
        if (options.sbom) return shell.console.out(await printBill(farm, wanted));
        if (shell.json) return shell.console.out(await printProvenance(farm, wanted));
        await show(farm, wanted, shell);
      } finally {
        await farm.close();
      }
    });
}

type OpenFarm = Awaited<ReturnType<typeof openFarm>>;
type Wanted = Parameters<typeof showProvenance>[1];

async function show(farm: OpenFarm, wanted: Wanted, shell: Shell): Promise<void> {
  const { name, version, fileName, object, statement, verdict } = await showProvenance(farm, wanted);
  const { buildDefinition, runDetails } = statement.predicate;
  const lines = buildDefinition.resolvedDependencies.map(({ name: part, uri, digest = {}, annotations }) => {
    const [algorithm, hash] = Object.entries(digest)[0] ?? ['', ''];
    return `  ${String(annotations?.role).padEnd(13)} ${part}  ${algorithm} ${hash.slice(0, 16)}${uri ? `  ${uri}` : ''}`;
  });
  shell.print(
    `${name} ${version}`,
    `  file          ${fileName}  sha256 ${object}`,
    `  built         ${runDetails.metadata.startedOn} to ${runDetails.metadata.finishedOn}`,
    `  by            ${decodeURIComponent(runDetails.builder.id.split('#')[1] ?? '')}, attempt ${runDetails.metadata.invocationId}`,
    ...lines,
    verdict
      ? `  built again   ${verdict.verdict} on ${new Date(verdict.atMs).toISOString()}`
      : `  built again   never; 'packmill verify-build ${name}' does it`,
  );
}

async function verify(farm: OpenFarm, wanted: Wanted, shell: Shell): Promise<void> {
  const checks = await verifyProvenance(farm, wanted);
  shell.printJson(checks);
  for (const { what, isGood } of checks) shell.print(`${isGood ? 'good' : 'BAD '}  ${what}`);
  if (checks.some(({ isGood }) => !isGood)) shell.exitCode = exitCodes.failed;
}
