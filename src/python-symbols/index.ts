export { type AddedStubs, addStubs } from './add-stubs.ts';
export { compareGraphs, type GraphComparison, type SymbolChange, type WholeGraph } from './compare-graphs.ts';
export { type CoverageCounts, coverageOf, type DistributionCoverage } from './coverage.ts';
export { docstringReturns, documentedReturns, type ReturnTable, typeNamesOf } from './doc-returns.ts';
export {
  type DocstringRefusal,
  type DocstringRules,
  type DocstringSignature,
  docstringSignature,
} from './docstring-signature.ts';
export { graphArgSpec, graphArgSpecs } from './graph-argspecs.ts';
export { type DocumentationRules, graphDocumentation } from './graph-docs.ts';
export { type CanonicalSymbol, type GraphOf, LinkedGraphs } from './linked-graphs.ts';
export { type ReturnResource, type ReturnSource, returnResources, stubReturns } from './return-types.ts';
export { type ChangeEffect, type SignatureChange, signatureChanges } from './signature-changes.ts';
export { type StubArgSpecs, type StubConflict, stubArgSpecs } from './stub-argspecs.ts';
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
