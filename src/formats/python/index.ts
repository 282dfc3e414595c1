export { toEbuildVersion } from './ebuild-version.ts';
export type { FindsPattern, TagTransform, VersionMatch, VersionMatcher } from './matcher.ts';
export { compilePythonPattern, matchVersion } from './matcher.ts';
export { normalisedName } from './project-name.ts';
export type { DependencyLines, PythonDependencies } from './pydeps.ts';
export { pythonDependencyLines } from './pydeps.ts';
export { pythonRegularExpression } from './regular-expression.ts';
export type { Specifier, SpecifierClause, SpecifierOperator } from './specifier.ts';
export { formatSpecifier, meetsSpecifier, parseSpecifier } from './specifier.ts';
export type { UpstreamVersion } from './upstream-order.ts';
export { compareUpstreamVersions, newestUpstream, parseUpstreamVersion } from './upstream-order.ts';
export type { LocalPart, PythonVersion, ReleaseMark } from './version.ts';
export {
  comparePythonVersions,
  formatPythonVersion,
  isPrerelease,
  parsePythonVersion,
  publicVersion,
} from './version.ts';
