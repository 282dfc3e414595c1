export { type AddedStubs, addStubs } from './add-stubs.ts';
export { compareGraphs, type GraphComparison, type SymbolChange, type WholeGraph } from './compare-graphs.ts';
export { type CoverageCounts, coverageOf, type DistributionCoverage } from './coverage.ts';
export { documentedReturns, type ReturnTable, typeNamesOf } from './doc-returns.ts';
export type { DocstringRefusal, DocstringRules, DocstringSignature } from './docstring-signature.ts';
export { type ReturnResource, type ReturnSource, returnResources, stubReturns } from './function-returns.ts';
export { graphArgSpecs } from './graph-argspecs.ts';
export { type DocumentationRules, graphDocumentation } from './graph-docs.ts';
export { type CanonicalSymbol, type GraphOf, LinkedGraphs } from './linked-graphs.ts';
export { type ChangeEffect, type SignatureChange, signatureChanges } from './signature-changes.ts';
export { sourceReturns } from './source-returns.ts';
export type { StubArgSpecs, StubConflict } from './stub-argspecs.ts';
export { type StubPart, type StubResource, type StubResources, stubResources } from './stub-resource.ts';
export {
  isInVersion,
  readStubVersions,
  type StubClass,
  type StubEntry,
  type StubFunction,
  type StubImport,
  type StubModule,
  type StubParameter,
  type StubValue,
  type VersionSpan,
} from './stub-tree.ts';
