export { createStageKind, type StageMaker } from './stage-kind.ts';
export {
  type ResultDetails,
  type SeedDetails,
  type SnapshotDetails,
  type StageDetails,
  type StageFacts,
  type StageInput,
  type StagePlace,
  stageLabel,
  stageRecipe,
} from './stage-recipe.ts';
