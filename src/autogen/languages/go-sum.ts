import { fault } from '../../diagnostics/index.ts';

/** A file of a module that a go.sum names. */
export interface GoModuleFile {
  readonly module: string;
  readonly version: string;
  /** The archive of the module, or its go.mod alone. */
  readonly kind: 'zip' | 'mod';
  /** Sums that are right, each with `h1:` in front. */
  readonly sums: readonly string[];
}

/**
 * Reads a go.sum: one line for each file, of equal ones the sums together. Sums of kinds that are not known yet are left out,
 * as Go does it. Throws GEN006 with the line.
 */
export function parseGoSum(text: string, file: string): readonly GoModuleFile[] {
  const found = new Map<string, GoModuleFile>();
  text.split('\n').forEach((line, index) => {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === '') return;
    const [module = '', marked = '', sum = '', ...more] = fields;
    const isRight =
      /^v\d[\w.+-]*(?:\/go\.mod)?$/.test(marked) &&
      /^[a-z0-9]+:\S+$/.test(sum) &&
      isModulePath(module) &&
      more.length === 0;
    if (!isRight) {
      throw fault('GEN006', {
        what: `line ${index + 1} of '${file}' is not a module, a version and a sum`,
        why: `The line is '${line.trim().slice(0, 120)}'.`,
      });
    }
    const kind = marked.endsWith('/go.mod') ? 'mod' : 'zip';
    const version = marked.replace(/\/go\.mod$/, '');
    const key = `${module} ${version} ${kind}`;
    const sums = sum.startsWith('h1:') ? [sum] : [];
    const known = found.get(key);
    found.set(key, { module, version, kind, sums: [...new Set([...(known?.sums ?? []), ...sums])] });
  });
  return [...found.values()];
}

/** Paths end up in addresses and names of files (Go modules reference, "Module paths"). */
function isModulePath(path: string): boolean {
  return (
    /^[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*$/.test(path) &&
    path.split('/').every((part) => part !== '.' && part !== '..' && !part.startsWith('-'))
  );
}

/** Upper-case letters as proxies take them: `BurntSushi` is `!burnt!sushi`. */
export function escapeGoPath(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

/** Where a proxy has the file, below its address (Go modules reference, "GOPROXY protocol"). */
export function goProxyPath({ module, version, kind }: GoModuleFile): string {
  return `${escapeGoPath(module)}/@v/${escapeGoPath(version)}.${kind}`;
}

/** The same as one name of a file. */
export function goFileName(file: GoModuleFile): string {
  return goProxyPath(file).replaceAll('/', '%2F');
}

/** The lines of an ebuild's EGO_SUM. */
export function egoSumLines(files: readonly GoModuleFile[]): string {
  return files
    .map(({ module, version, kind }) => `\t"${module} ${version}${kind === 'mod' ? '/go.mod' : ''}"`)
    .join('\n');
}
