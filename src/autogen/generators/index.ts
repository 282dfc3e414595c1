import type { GeneratorModule } from '../generator-module.ts';

/** Generators that come with packmill, loaded when a rule names them (specification 6). */
export const stockGenerators: Readonly<Record<string, () => Promise<GeneratorModule>>> = {};
