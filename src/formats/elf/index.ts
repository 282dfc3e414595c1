export { readElf } from './elf.ts';
export type { ElfReading } from './elf-stream.ts';
export { ElfCollector } from './elf-stream.ts';
export type { EncodedSymbolSet } from './symbol-set.ts';
export { decodeSymbolHashes, decodeSymbolNames, encodeSymbolSet } from './symbol-set.ts';
export type { ElfSymbols, ImportedSymbol } from './symbols.ts';
export { readElfSymbols } from './symbols.ts';
