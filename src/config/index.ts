export type { FarmConfig } from './farm-config.ts';
export { configFileName, parseFarmConfig } from './load-config.ts';
export { configTemplate } from './template.ts';
