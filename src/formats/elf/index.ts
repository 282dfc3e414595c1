export { readElf } from './elf.ts';
export type { ElfReading } from './elf-stream.ts';
export { ElfCollector } from './elf-stream.ts';
