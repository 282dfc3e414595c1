// Published as packmill/pyresources.
export * from '../formats/pyresources/index.ts';
export type { PythonDistribution } from '../formats/python-graph/index.ts';
export { answerPath, type SymbolAnswer, signatureText } from './answer.ts';
export { connectManager, type RemoteManager, serveManager } from './answers-over-socket.ts';
export {
  type CopiedData,
  copyData,
  ManifestBuilder,
  readDatafile,
  readDatafileBytes,
  readIndex,
  readManifest,
  writeDatafile,
  writeIndex,
  writeManifest,
} from './datafiles.ts';
export { type CachingOptions, cachingManager } from './kept-answers.ts';
export { type MockSymbol, mockDistribution, mockManager } from './made-up-symbols.ts';
export {
  datafilesOf,
  type MemoryDistribution,
  memorySource,
  type ResourceSource,
} from './resource-source.ts';
export {
  compareSymbols,
  type ManagerMethod,
  managerMethods,
  type PySymbol,
  type ReturnedType,
  type SymbolManager,
  type SymbolPlace,
  sameSymbol,
} from './symbol.ts';
export {
  type ManagerOptions,
  managerInput,
  type OpenedManager,
  openManager,
  ResourceManager,
} from './symbol-queries.ts';
export { type CallRecord, countingManager, loggingManager, type MethodStats } from './watching-managers.ts';
