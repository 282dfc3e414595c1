import { compareVersions } from '../../formats/gentoo/index.ts';
import type { RecipeKind } from '../../model/index.ts';
import type { AutogenDetails } from './autogen-recipe.ts';
import { secretsOf } from './credentials.ts';
import { type AutogenSettings, stageAutogen } from './stage.ts';

/** Autogens as a kind of the engine, with a farm's settings. They need nothing of each other. */
export function createAutogenKind(settings: AutogenSettings): RecipeKind<AutogenDetails> {
  return {
    name: 'autogen',
    satisfies: () => false,
    compareVersions: (a, b) => Math.sign(compareVersions(a, b)) as -1 | 0 | 1,
    parseNeed: (text) => ({ phase: 'run', name: text, text }),
    parseOffer: (text) => ({ name: text, version: undefined }),
    timeoutFactor: () => 1,
    secrets: () => secretsOf(settings.credentials()),
    keepsSources: ({ details }) => details.file !== undefined,
    stage: (context, services) => stageAutogen(settings, context, services),
  };
}
