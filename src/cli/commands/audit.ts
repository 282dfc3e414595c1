import type { Command } from 'commander';
import type { AuditView } from '../../api/index.ts';
import { isFarm, openFarm, readAudit } from '../../app/index.ts';
import { parseCount } from '../parse-count.ts';
import type { Shell } from '../shell.ts';

interface AuditOptions {
  readonly who?: string;
  readonly limit: number;
}

const help = `
Each command that an operator gives the manager is written down before it is carried out: who, by which token or account, what,
from which address, and how it ended. 'asked' means that the manager ended before it answered.

Examples:
  packmill audit                         # the last 50
  packmill audit --who olga --limit 500
  packmill audit --json | jq '.entries[] | select(.outcome == "refused")'`;

const line = ({ atMs, who, means, action, subject, address, outcome, code }: AuditView): string =>
  [
    new Date(atMs).toISOString(),
    `${who} (${means}${address === undefined ? '' : `, ${address}`})`,
    action,
    subject,
    code === null ? outcome : `${outcome}: ${code}`,
  ].join('  ');

/** `packmill audit`: who did what to the farm. */
export function addAudit(program: Command, shell: Shell): void {
  program
    .command('audit')
    .description('who did what to the farm, newest first')
    .option('--who <name>', 'only of this person or token')
    .option('--limit <count>', 'how many', parseCount, 50)
    .addHelpText('after', help)
    .action(async ({ who, limit }: AuditOptions) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const reply = await readAudit(farm, { who, limit });
        shell.printJson(reply);
        shell.print(...reply.entries.map(line));
        if (reply.entries.length === 0) shell.print('nobody has told the manager to do anything');
      } finally {
        await farm.close();
      }
    });
}
