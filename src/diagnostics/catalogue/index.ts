import { buildingCodes } from './building.table.ts';
import { channelCodes } from './channel.table.ts';
import { commandCodes } from './command.table.ts';
import { configCodes } from './config.table.ts';
import type { CatalogueEntry } from './entry.ts';
import { formatsCodes } from './formats.table.ts';
import { gitCodes } from './git.table.ts';
import { hostCodes } from './host.table.ts';
import { httpCodes } from './http.table.ts';
import { logsCodes } from './logs.table.ts';
import { notifierCodes } from './notifier.table.ts';
import { plannerCodes } from './planner.table.ts';
import { publishingCodes } from './publishing.table.ts';
import { queueCodes } from './queue.table.ts';
import { sandboxCodes } from './sandbox.table.ts';
import { schedulingCodes } from './scheduling.table.ts';
import { sshCodes } from './ssh.table.ts';
import { storageCodes } from './storage.table.ts';

const tables = {
  ...buildingCodes,
  ...channelCodes,
  ...commandCodes,
  ...configCodes,
  ...formatsCodes,
  ...gitCodes,
  ...hostCodes,
  ...logsCodes,
  ...notifierCodes,
  ...httpCodes,
  ...plannerCodes,
  ...publishingCodes,
  ...queueCodes,
  ...sandboxCodes,
  ...schedulingCodes,
  ...sshCodes,
  ...storageCodes,
};

/** Every code there is; writing one that the catalogue lacks does not compile. */
export type Code = keyof typeof tables;

/** The whole catalogue, by code. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = tables;
