import type { StageResultView, StageSourceView, StageSubarchView } from '../../api/index.ts';
import { openFarm, stageViews } from '../../app/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import type { Shell } from '../shell.ts';
import { stateFarm } from './stage-display.ts';
import type { StageWords } from './stage-words.ts';

/** What a farm builds of stages, how its jobs stand, and what its mirrors have. Throws CFG001 for what is no farm. */
export async function farmStages(shell: Shell, options: StageWords): Promise<void> {
  const farm = await openFarm(stateFarm(shell, options), 'read');
  try {
    const views = await stageViews(farm);
    shell.printJson(views);
    shell.print(...views.flatMap(sourceLines));
    if (views.length === 0) shell.print("no recipe source has the kind 'stages'");
  } finally {
    await farm.close();
  }
}

function sourceLines({ source, target, generation, subarches, trees }: StageSourceView): readonly string[] {
  const state = generation === 0 ? 'nothing is published' : `generation ${generation}`;
  return [
    `${target}, from ${source}: ${state}`,
    ...subarches.flatMap(subarchLines),
    ...trees.map(resultLine),
  ];
}

function subarchLines(of: StageSubarchView): readonly string[] {
  const failures = of.failures === 0 ? '' : `, failures in a row: ${of.failures}`;
  return [
    `  ${of.build}/${of.archDesc}/${of.subarch} ${of.version}: ${of.state}${failures}`,
    ...of.jobs.map(({ target, state, reason }) => `    ${target}: ${state}${reason ? ` (${reason})` : ''}`),
    ...of.results.map((one) => `  ${resultLine(one)}`),
  ];
}

const resultLine = ({ path, sizeBytes, begun, latest }: StageResultView): string =>
  `  ${path} ${formatBytes(sizeBytes)}${begun === null ? '' : `, begun with ${begun}`}${latest === null ? '' : ', newest'}`;
