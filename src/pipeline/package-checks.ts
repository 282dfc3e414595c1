import { type PackageChecks, packageChecksSchema } from '../api/index.ts';
import { type Problem, problem } from '../diagnostics/index.ts';

/** Path on branch `state` of what is known of each package. */
export const checksPath = '.checks.json';

/** Reads `.checks.json`; one in another form is reported (CIC016) and taken for empty. */
export function readPackageChecks(bytes: Uint8Array | undefined): {
  readonly checks: PackageChecks;
  readonly problems: readonly Problem[];
} {
  const empty: PackageChecks = { version: 1, packages: {} };
  if (bytes === undefined) return { checks: empty, problems: [] };
  try {
    const parsed = packageChecksSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    if (parsed.success) return { checks: parsed.data, problems: [] };
  } catch {
    // no JSON at all: said below
  }
  const what = `'${checksPath}' on branch 'state' is in no known form`;
  return { checks: empty, problems: [problem('CIC016', { what, place: { file: checksPath } })] };
}

/** The file: packages sorted, so that branch `state` changes only where something did. */
export function packageChecksBytes(checks: PackageChecks): Uint8Array {
  const packages = Object.fromEntries(
    Object.entries(checks.packages).sort(([one], [two]) => (one < two ? -1 : 1)),
  );
  return Buffer.from(`${JSON.stringify({ version: checks.version, packages }, undefined, 1)}\n`);
}
