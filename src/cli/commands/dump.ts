import type { Command } from 'commander';
import { type DumpSubject, dumpFarm, dumpSubjects, isFarm, openFarm } from '../../app/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { Shell } from '../shell.ts';

/** `packmill dump SUBJECT`: the live state of one part of the farm, as JSON. */
export function addDump(program: Command, shell: Shell): void {
  program
    .command('dump')
    .description(`show the live state of one part of the farm as JSON: ${dumpSubjects.join(', ')}`)
    .argument('<subject>', `one of ${dumpSubjects.join(', ')}, or list`)
    .action(async (subject: string) => {
      if (subject === 'list') return shell.console.out(`${dumpSubjects.join('\n')}\n`);
      if (!isSubject(subject)) throw fault('CLI004', { what: `there is no '${subject}' to dump` });
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        shell.console.out(`${JSON.stringify(await dumpFarm(farm, subject), undefined, 2)}\n`);
      } finally {
        await farm.close();
      }
    });
}

const isSubject = (text: string): text is DumpSubject => (dumpSubjects as readonly string[]).includes(text);
