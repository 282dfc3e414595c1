import { type Code, fault, isFault, problem } from '../../diagnostics/index.ts';
import {
  formatPackageFileName,
  type PackageContents,
  readPackage,
  rewritePackage,
} from '../../formats/pacman/index.ts';
import { digestFileTwice, ensureFolder, listFolder, readPieces, writeZstdFile } from '../../host/index.ts';
import type { Artifact, KindServices, Outcome, Recipe } from '../../model/index.ts';
import { contradiction, describeContents } from './describe-package.ts';
import type { PkgbuildDetails } from './recipe-details.ts';

export interface PackagesFolder {
  readonly recipe: Recipe<PkgbuildDetails>;
  readonly arch: string;
  /** Where makepkg put the packages; belongs to the sandboxed builder, so nothing in it is trusted. */
  readonly folder: string;
  /** Ours alone: finished files before they enter the store. */
  readonly scratch: string;
  readonly compressionLevel: number;
  readonly say: (line: string) => void;
}

export interface CollectedPackages {
  readonly outcome: Outcome;
  /** Metadata that was taken out, as lines for the summary. */
  readonly stripped: readonly string[];
}

interface MadeFile {
  readonly name: string;
  readonly path: string;
}

const extension = '.pkg.tar';

/**
 * Reads what makepkg made, checks that it is what the recipe announces, takes prohibited metadata out
 * (specification 16.2 step 9), compresses, and stores. All packages of the recipe or none.
 */
export async function collectPackages(
  input: PackagesFolder,
  services: KindServices,
): Promise<CollectedPackages> {
  try {
    return await collect(input, services);
  } catch (error) {
    if (!isFault(error)) throw error;
    return { outcome: { kind: 'failed', problem: error.problem }, stripped: [] };
  }
}

async function collect(input: PackagesFolder, services: KindServices): Promise<CollectedPackages> {
  const { recipe } = input;
  const made = (await listFolder(input.folder)).filter(
    (entry) => entry.kind === 'file' && entry.sizeBytes > 0 && entry.name.endsWith(extension),
  );
  if (made.length === 0) {
    const what = `'${recipe.name}' was built without an error, but made no package`;
    return { outcome: { kind: 'failed', problem: problem('BLD003', { what }) }, stripped: [] };
  }
  ensureFolder(input.scratch);
  const stripped: string[] = [];
  const contents = new Map<MadeFile, PackageContents>();
  for (const file of made) contents.set(file, await readChecked(input, file));
  const artifacts: Artifact[] = [];
  for (const [file, content] of contents) {
    const { artifact, dropped } = await finish(input, services, file, content);
    artifacts.push(artifact);
    stripped.push(...dropped.map((line) => `${artifact.name}: removed '${line}'`));
  }
  return { outcome: { kind: 'succeeded', artifacts }, stripped };
}

async function readChecked(input: PackagesFolder, file: MadeFile): Promise<PackageContents> {
  const { recipe } = input;
  const read = await readPackage(readPieces(file.path), file.name);
  const content = read.package;
  if (!content) {
    const first = read.problems[0];
    throw refuse('BLD006', `'${file.name}' cannot be read: ${first?.what ?? 'it is no package'}`);
  }
  const wrong = contradiction(content, { ...input, recipe: recipe.name, outputs: recipe.outputs });
  if (wrong) throw refuse(wrong.code, `'${file.name}' ${wrong.what}`);
  const { pkgname, pkgver, arch } = content.pkginfo;
  const expected = formatPackageFileName({ name: pkgname, version: pkgver, arch, extension });
  if (file.name !== expected) {
    throw refuse('BLD004', `'${recipe.name}' made a file '${file.name}' that contains '${expected}'`);
  }
  return content;
}

const refuse = (code: Code, what: string) => fault(code, { what });

async function finish(
  input: PackagesFolder,
  services: KindServices,
  file: MadeFile,
  content: PackageContents,
): Promise<{ readonly artifact: Artifact; readonly dropped: readonly string[] }> {
  const { pkgname, pkgver, arch } = content.pkginfo;
  const keep = input.recipe.details.settings.allowProhibited;
  const rewritten = rewritePackage(readPieces(file.path), { drop: keep ? [] : ['replaces', 'group'] });
  const fileName = formatPackageFileName({ name: pkgname, version: pkgver, arch, extension: '.pkg.tar.zst' });
  const path = `${input.scratch}/${fileName}`;
  await writeZstdFile(path, rewritten.pieces, input.compressionLevel);
  const { dropped, pkginfoText } = rewritten.report();
  const { md5, sha256 } = await digestFileTwice(path);
  const stored = await services.putFile(path);
  const described = describeContents(content, {
    fileName,
    sizeBytes: stored.sizeBytes,
    md5,
    sha256,
    pkginfoText,
  });
  await services.putBytes(described.factsBytes);
  input.say(`${fileName}: ${stored.sizeBytes} bytes, sha256 ${sha256}`);
  return { artifact: described.artifact, dropped };
}
