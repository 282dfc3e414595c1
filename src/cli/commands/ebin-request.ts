import type { Command } from 'commander';
import { askFarm, type ManagerOption } from '../asked-farm.ts';
import { ebinRequestLines } from '../ebin-request-lines.ts';
import { parseCount } from '../parse-count.ts';
import type { Shell } from '../shell.ts';
import { wordsOf } from './ebin-options.ts';

interface RequestOptions extends ManagerOption {
  readonly target?: string;
}

interface ListOptions extends ManagerOption {
  readonly drop?: number;
}

const help = `
The request is written down by the manager of the farm. Flags that are not named are as the ebuild has them by default. Where a
builder with Portage is at work (setting sandbox.gentoo-root) the combination is built and becomes part of the ebuild; without
one the request waits.

Examples:
  packmill ebin request app-misc/demo alpha -- -doc
  packmill ebin request --target my-ebins =app-misc/demo-1.0 alpha beta
  packmill ebin requests                                # how requests stand
  packmill ebin requests --drop 3`;

const manager = ['--manager <url>', 'web address of the manager'] as const;

/** `packmill ebin request` and `requests`: combinations that nobody has built. */
export function addRequests(ebin: Command, shell: Shell): void {
  ebin
    .command('request')
    .description('ask a farm for a combination of flags that is not built')
    .argument('<atom>', 'category/name, or =category/name-version')
    .argument('[use...]', 'flags; with a hyphen in front those that are to be off, after --')
    .option('--target <name>', "repository of ebins (default: the farm's only one)")
    .option(...manager)
    .addHelpText('after', help)
    .action((atom: string, use: readonly string[], options: RequestOptions) =>
      askFarm(shell, options, async (client) => {
        const flags = wordsOf(use.join(' '));
        const target = options.target === undefined ? {} : { target: options.target };
        const view = await client.requestEbin({ ...target, atom, use: flags });
        shell.printJson(view);
        for (const line of ebinRequestLines(view)) shell.print(line);
      }),
    );
  ebin
    .command('requests')
    .description('combinations that are asked for, and how they stand')
    .option('--drop <number>', 'forget this request, and call its build off', parseCount)
    .option(...manager)
    .action((options: ListOptions) =>
      askFarm(shell, options, async (client) => {
        if (options.drop !== undefined) {
          await client.dropEbinRequest(options.drop);
          shell.printJson({ id: options.drop, dropped: true });
          shell.print(`request ${options.drop} is dropped`);
          return;
        }
        const views = await client.ebinRequests();
        shell.printJson(views);
        if (views.length === 0) shell.print('nothing is asked for');
        for (const line of views.flatMap(ebinRequestLines)) shell.print(line);
      }),
    );
}
