export { type BuilderSettings, builderSettings } from './builder-environment.ts';
export { type EnvironmentName, type EnvironmentVariable, environmentVariables } from './environment.table.ts';
export type { FarmConfig } from './farm-config.ts';
export { parseFarmConfig } from './load-config.ts';
export { type PythonConfig, usualPython } from './python-config.ts';
export { type ReadVariable, redisOf, usualRedis, withEnvironment } from './service-environment.ts';
export type { StagesConfig } from './stages-config.ts';
export { configTemplate } from './template.ts';
export type { UpkeepConfig } from './upkeep-config.ts';
