import type { RecipeKind } from '../../model/index.ts';
import { createStageKind } from '../../recipes/stage/index.ts';
import type { Farm } from '../farm.ts';
import { makerParts } from './hands.ts';
import { stageMaker } from './make.ts';

/** Stages, with the settings of the farm. */
export const stageKind = (farm: Farm): RecipeKind =>
  createStageKind(stageMaker(makerParts(farm))) as RecipeKind;
