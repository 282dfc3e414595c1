import { parse, TomlError } from 'smol-toml';
import { fault, messageOf, type Problem, problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import { asObject, packageTrouble } from '../package-trouble.ts';
import { CheckOptions } from './check-options.ts';
import type { VersionAnswer, VersionCheck, VersionCheckOptions } from './contract.ts';
import { type Candidate, cleanVersion, selectVersion } from './select-version.ts';
import { SourceContext, type VersionSource } from './source-context.ts';
import { runningSources, unsupportedSources, versionSources } from './source-table.ts';

/** Names of version check files in a package folder, the preferred one first (specification 7.10). */
export const versionCheckFiles: readonly string[] = ['nvchecker.toml', '.nvchecker.toml'];

/**
 * Reads an nvchecker file and picks the table of the package: the one of its name, or the only one. Never throws;
 * without a check there is UPS020 to UPS024 among the problems.
 */
export function readVersionCheck(
  text: string,
  of: { readonly pkgbase: string; readonly file: string },
): { readonly check: VersionCheck | undefined; readonly problems: readonly Problem[] } {
  const { pkgbase, file } = of;
  const failed = (...given: Parameters<typeof problem>) => ({
    check: undefined,
    problems: [problem(...given)],
  });
  let tables: Readonly<Record<string, unknown>>;
  try {
    tables = parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const place = error instanceof TomlError ? { file, line: error.line, column: error.column } : { file };
    const [why = ''] = messageOf(error).split('\n');
    return failed('UPS020', { what: `the version check of '${pkgbase}' is no TOML`, why: `${why}.`, place });
  }
  const names = Object.keys(tables).filter((name) => name !== '__config__' && asObject(tables[name]));
  const name = names.includes(pkgbase) ? pkgbase : names.length === 1 ? names[0] : undefined;
  const options = name === undefined ? undefined : asObject(tables[name]);
  if (!options) {
    const have = names.map((one) => `'${one}'`).join(', ');
    const why = names.length === 0 ? 'It has no table at all.' : `It has the tables ${have}.`;
    return failed('UPS021', { what: `'${file}' has no table '${pkgbase}'`, why, place: { file } });
  }
  const { source } = options;
  if (typeof source !== 'string') {
    return failed('UPS025', { what: `'source' of '${pkgbase}' is missing`, place: { file } });
  }
  const check: VersionCheck = { pkgbase, file, source, options: withDefaults(tables, source, options) };
  const trouble = sourceTrouble(check);
  return trouble ? { check: undefined, problems: [trouble] } : { check, problems: [] };
}

/** Settings of a source for all tables stand in `[__config__.source.NAME]`. */
function withDefaults(
  tables: Readonly<Record<string, unknown>>,
  source: string,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const all = asObject(asObject(tables['__config__'])?.['source']);
  return { ...asObject(all?.[source]), ...options };
}

function sourceTrouble({ pkgbase, file, source }: VersionCheck): Problem | undefined {
  const place = { file };
  if (versionSources.has(source)) return undefined;
  if (runningSources.has(source)) {
    return problem('UPS023', { what: `the version check of '${pkgbase}' would run a command`, place });
  }
  if (unsupportedSources.has(source)) {
    return problem('UPS024', { what: `the source '${source}' of '${pkgbase}' is not supported`, place });
  }
  const nearest = nearestWords(source, [...versionSources.keys()]);
  const next = nearest === undefined ? undefined : `Did you mean ${nearest}?`;
  return problem('UPS022', { what: `there is no source '${source}', which '${pkgbase}' wants`, next, place });
}

/**
 * Asks upstream for its newest version (specification 7.10). Never throws for one package's trouble: that is a problem with
 * the package's name. Throws FET015 when the run is called off.
 */
export async function checkVersion(
  check: VersionCheck,
  options: VersionCheckOptions,
): Promise<VersionAnswer> {
  const source = versionSources.get(check.source);
  const trouble = source ? undefined : sourceTrouble(check);
  if (trouble) return { kind: 'failed', problem: trouble };
  try {
    return await ask(check, source as VersionSource, options);
  } catch (error) {
    return { kind: 'failed', problem: packageTrouble(check.pkgbase, error) };
  }
}

async function ask(
  check: VersionCheck,
  source: VersionSource,
  own: VersionCheckOptions,
): Promise<VersionAnswer> {
  const options = new CheckOptions(check.options, check.file);
  const findings = await source(new SourceContext({ options, pkgbase: check.pkgbase, own }));
  const chosen = selectVersion(findings, options);
  if (!chosen) {
    if (options.flag('missing_ok')) return { kind: 'nothing' };
    const count = findings.kind === 'list' ? findings.candidates.length : 0;
    const why = count > 0 ? `None of ${count} versions is let through by the options.` : undefined;
    throw fault('UPS027', { what: `'${check.source}' has no version`, why, place: { file: check.file } });
  }
  const revision = await revisionOf(chosen, own);
  return { kind: 'version', version: cleanVersion(chosen.version, options), revision, url: chosen.url };
}

async function revisionOf(chosen: Candidate, own: VersionCheckOptions): Promise<string | undefined> {
  if (chosen.revision !== undefined || own.wantsRevision === false) return chosen.revision;
  return chosen.findRevision?.();
}
