export { createPythonKind, type PythonMaker } from './python-kind.ts';
export {
  type DistributionName,
  type ExploreDetails,
  exploreJob,
  type GraphFacts,
  type ManifestDetails,
  type ManifestFacts,
  type ManifestItem,
  manifestJob,
  type PythonDetails,
  type PythonFailure,
  type PythonPiece,
  pythonLabel,
  pythonRecipe,
  type ToldTrouble,
} from './python-recipe.ts';
