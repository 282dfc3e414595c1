export type { PackageBump, RecipeVersion } from './package-bump.ts';
export { bumpedPkgrel, formatBump, fullVersion, parseBump } from './package-bump.ts';
export type { PackageSettings } from './package-settings.ts';
export { readPackageSettings } from './package-settings.ts';
export type { SettingsFile } from './settings-file.ts';
export { parseSettings, removeSetting, writeSetting } from './settings-file.ts';
