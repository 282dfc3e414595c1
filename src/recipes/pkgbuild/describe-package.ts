import { type Code, fault, isFault, type ProblemError } from '../../diagnostics/index.ts';
import { SingleZstdFrame } from '../../formats/archives/index.ts';
import { formatPackageFileName, type PackageContents, readPackage } from '../../formats/pacman/index.ts';
import { digestBytes, digestFileTwice, entryFacts, readPieces, unpackZstd } from '../../host/index.ts';
import type { Artifact } from '../../model/index.ts';
import { type Digest, parseDigest } from '../../primitives/index.ts';
import type { PackageFacts } from './package-facts.ts';

/** What a package has to be, as the plan says it. */
export interface ExpectedPackage {
  /** Name of the recipe: the pkgbase. */
  readonly recipe: string;
  /** The pkgnames that the recipe announces. */
  readonly outputs: readonly string[];
  /** Architecture of the target; `any` is fine too. */
  readonly arch: string;
}

/** A finished package as its bytes alone tell it. */
export interface DescribedPackage {
  readonly artifact: Artifact;
  readonly contents: PackageContents;
  /** `PackageFacts` as JSON; `artifact.facts` is their hash, and they are not stored yet. */
  readonly factsBytes: Uint8Array;
}

/** What contents cannot tell of the file they stand in. */
export type FileFacts = Omit<PackageFacts, 'files' | 'pkginfo'> & { readonly pkginfoText: string };

/** Artifact and facts of a package that was read. */
export function describeContents(contents: PackageContents, file: FileFacts): DescribedPackage {
  const { pkginfo } = contents;
  const { fileName, sizeBytes, md5, sha256 } = file;
  const facts: PackageFacts = {
    fileName,
    sizeBytes,
    md5,
    sha256,
    pkginfo: file.pkginfoText,
    files: contents.files,
  };
  const factsBytes = Buffer.from(JSON.stringify(facts));
  const artifact: Artifact = {
    name: pkginfo.pkgname,
    version: pkginfo.pkgver,
    arch: pkginfo.arch,
    fileName,
    object: parseDigest(sha256) as Digest,
    sizeBytes,
    depends: pkginfo.depend,
    provides: pkginfo.provides,
    providedSonames: contents.providedSonames,
    neededSonames: contents.neededSonames,
    facts: digestBytes(factsBytes),
  };
  return { artifact, contents, factsBytes };
}

/** In which way contents are not what is expected of them, as `has the pkgbase 'x', …`; undefined when they are. */
export function contradiction(
  contents: PackageContents,
  expected: ExpectedPackage,
): { readonly code: Code; readonly what: string } | undefined {
  const { pkgname, pkgbase = pkgname, pkgver, arch } = contents.pkginfo;
  if (contents.repeated.length > 0) {
    return { code: 'BLD006', what: `contains '${contents.repeated.join("', '")}' more than once` };
  }
  if (pkgbase !== expected.recipe) {
    return { code: 'BLD005', what: `has the pkgbase '${pkgbase}', its folder is '${expected.recipe}'` };
  }
  if (!expected.outputs.includes(pkgname)) {
    const what = `is a package '${pkgname}' that '${expected.recipe}' does not announce`;
    return { code: 'BLD004', what };
  }
  if (arch !== 'any' && arch !== expected.arch) {
    return { code: 'BLD004', what: `is for '${arch}', the target is for '${expected.arch}'` };
  }
  if (!/^(?:\d+:)?[^\s:/-]+-\d+(?:\.\d+)?$/.test(pkgver)) {
    return { code: 'BLD004', what: `has the version '${pkgver}', which no package can have` };
  }
  return undefined;
}

/** More than any package unpacks to; keeps a file that unpacks without end from keeping us busy for days. */
const unpackedLimitBytes = 256 * 2 ** 30;

/**
 * Reads one finished `.pkg.tar.zst` and derives everything from its bytes: what `collectPackages` says of the file
 * it made, without having to believe it. Bounded memory. Throws BLD032 for what is no package or none of the
 * expected ones, SYS004.
 */
export async function describePackage(path: string, expected: ExpectedPackage): Promise<DescribedPackage> {
  const frame = new SingleZstdFrame();
  for await (const piece of readPieces(path)) frame.push(piece);
  if (!frame.finish()) throw notAsAsked('the file is not exactly one zstd frame');
  const contents = await readContents(path);
  const wrong = contradiction(contents, expected);
  if (wrong) throw notAsAsked(`the file ${wrong.what}`);
  const { pkgname: name, pkgver: version, arch } = contents.pkginfo;
  const { md5, sha256 } = await digestFileTwice(path);
  return describeContents(contents, {
    fileName: formatPackageFileName({ name, version, arch, extension: '.pkg.tar.zst' }),
    sizeBytes: entryFacts(path)?.sizeBytes ?? 0,
    md5,
    sha256,
    pkginfoText: contents.pkginfoText,
  });
}

async function readContents(path: string): Promise<PackageContents> {
  try {
    const read = await readPackage(limited(unpackZstd(readPieces(path))), 'the package');
    if (read.package) return read.package;
    throw notAsAsked(`the file cannot be read: ${read.problems[0]?.what ?? 'it is no package'}`);
  } catch (error) {
    if (isFault(error)) throw error;
    throw notAsAsked('the file cannot be unpacked', error);
  }
}

async function* limited(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const piece of pieces) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > unpackedLimitBytes)
      throw notAsAsked(`the file unpacks to more than ${unpackedLimitBytes} bytes`);
    yield piece;
  }
}

/** The problem of a package that a builder handed in. */
export function notAsAsked(what: string, cause?: unknown): ProblemError {
  return fault('BLD032', { what, cause });
}
