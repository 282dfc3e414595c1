import type { RecipeKind } from '../../model/index.ts';
import { createPythonKind } from '../../recipes/python/index.ts';
import type { Farm } from '../farm.ts';
import { ownProgram } from '../own-program.ts';
import { pythonMaker } from './maker.ts';
import { pythonHands } from './open-hands.ts';

/** Python distributions of a target, with the settings of the farm. */
export const pythonKind = (farm: Farm, target: string): RecipeKind =>
  createPythonKind(pythonMaker(pythonHands(farm, target, ownProgram()))) as RecipeKind;
