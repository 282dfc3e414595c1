import { abiCodes } from './abi.table.ts';
import { autogenCodes } from './autogen.table.ts';
import { buildingCodes } from './building.table.ts';
import { capturesCodes } from './captures.table.ts';
import { channelCodes } from './channel.table.ts';
import { commandCodes } from './command.table.ts';
import { configCodes } from './config.table.ts';
import { ebinsCodes } from './ebins.table.ts';
import { ebinsFarmCodes } from './ebins-farm.table.ts';
import { ebinsIndexCodes } from './ebins-index.table.ts';
import { ebinsRepositoryCodes } from './ebins-repository.table.ts';
import { ebuildsCodes } from './ebuilds.table.ts';
import type { CatalogueEntry } from './entry.ts';
import { extendedJsonCodes } from './extended-json.table.ts';
import { farmUpkeepCodes } from './farm-upkeep.table.ts';
import { fastpullCodes } from './fastpull.table.ts';
import { fetcherCodes } from './fetcher.table.ts';
import { forgeCodes } from './forge.table.ts';
import { formatsCodes } from './formats.table.ts';
import { generatorsCodes } from './generators.table.ts';
import { gentooCodes } from './gentoo.table.ts';
import { gitCodes } from './git.table.ts';
import { hostCodes } from './host.table.ts';
import { httpCodes } from './http.table.ts';
import { identityCodes } from './identity.table.ts';
import { incrementalCodes } from './incremental.table.ts';
import { logsCodes } from './logs.table.ts';
import { metroCodes } from './metro.table.ts';
import { notifierCodes } from './notifier.table.ts';
import { onCommitCodes } from './on-commit.table.ts';
import { onScheduleCodes } from './on-schedule.table.ts';
import { plannerCodes } from './planner.table.ts';
import { provenanceCodes } from './provenance.table.ts';
import { publishingCodes } from './publishing.table.ts';
import { pythonCodes } from './python.table.ts';
import { pythonBuildCodes } from './python-build.table.ts';
import { pythonFarmCodes } from './python-farm.table.ts';
import { pythonGraphCodes } from './python-graph.table.ts';
import { pythonResourcesCodes } from './python-resources.table.ts';
import { pythonSymbolCodes } from './python-symbols.table.ts';
import { queueCodes } from './queue.table.ts';
import { reviewCodes } from './review.table.ts';
import { sandboxCodes } from './sandbox.table.ts';
import { schedulingCodes } from './scheduling.table.ts';
import { simulationCodes } from './simulation.table.ts';
import { sshCodes } from './ssh.table.ts';
import { stageMirrorCodes } from './stage-mirror.table.ts';
import { stagesCodes } from './stages.table.ts';
import { storageCodes } from './storage.table.ts';
import { templatesCodes } from './templates.table.ts';
import { treeCodes } from './tree.table.ts';
import { upkeepCodes } from './upkeep.table.ts';
import { upstreamCodes } from './upstream.table.ts';
import { yamlCodes } from './yaml.table.ts';

const tables = {
  ...abiCodes,
  ...autogenCodes,
  ...buildingCodes,
  ...capturesCodes,
  ...channelCodes,
  ...commandCodes,
  ...configCodes,
  ...ebinsCodes,
  ...ebinsFarmCodes,
  ...ebinsIndexCodes,
  ...ebinsRepositoryCodes,
  ...ebuildsCodes,
  ...formatsCodes,
  ...generatorsCodes,
  ...gentooCodes,
  ...gitCodes,
  ...hostCodes,
  ...identityCodes,
  ...incrementalCodes,
  ...logsCodes,
  ...metroCodes,
  ...notifierCodes,
  ...httpCodes,
  ...plannerCodes,
  ...provenanceCodes,
  ...publishingCodes,
  ...pythonCodes,
  ...pythonBuildCodes,
  ...pythonFarmCodes,
  ...pythonGraphCodes,
  ...pythonSymbolCodes,
  ...pythonResourcesCodes,
  ...queueCodes,
  ...sandboxCodes,
  ...schedulingCodes,
  ...simulationCodes,
  ...sshCodes,
  ...reviewCodes,
  ...fetcherCodes,
  ...fastpullCodes,
  ...extendedJsonCodes,
  ...upstreamCodes,
  ...forgeCodes,
  ...onCommitCodes,
  ...onScheduleCodes,
  ...upkeepCodes,
  ...farmUpkeepCodes,
  ...stageMirrorCodes,
  ...stagesCodes,
  ...storageCodes,
  ...treeCodes,
  ...yamlCodes,
  ...templatesCodes,
};

/** Every code there is; writing one that the catalogue lacks does not compile. */
export type Code = keyof typeof tables;

/** The whole catalogue, by code. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = tables;
