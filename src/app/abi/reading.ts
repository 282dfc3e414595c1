import type { AbiRequirement, AbiToRecord } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { encodeSymbolSet } from '../../formats/elf/index.ts';
import { type PackageAbi, readPackage } from '../../formats/pacman/index.ts';
import { digestFileTwice, readPieces, unpackZstd } from '../../host/index.ts';
import { type Digest, parseDigest } from '../../primitives/index.ts';

/** Raised when what is read of a package changes: what an older one found is read again by `abi scan`. */
export const abiReader = 1;

/** A package file that is read for its binary interface. */
export interface PackageFile {
  readonly path: string;
  /** For problems. */
  readonly fileName: string;
  /** Undefined for a file that is in no store. */
  readonly object: Digest | undefined;
}

/** Reads the binary interface of a `.pkg.tar.zst`. Throws ABI001 for what is no package, SYS004. */
export async function readAbi({ path, fileName, object }: PackageFile): Promise<AbiToRecord> {
  const read = await readPackage(unpackZstd(readPieces(path)), fileName, { abi: true }).catch(
    (error: unknown) => {
      throw fault('ABI001', { what: `'${fileName}' cannot be unpacked`, cause: error });
    },
  );
  const contents = read.package;
  if (!contents?.abi) {
    const why = read.problems[0]?.what ?? 'it is no package';
    throw fault('ABI001', { what: `'${fileName}' cannot be read: ${why}` });
  }
  const { pkgname: name, pkgbase: base = name, pkgver: version } = contents.pkginfo;
  const known = object ?? parseDigest((await digestFileTwice(path)).sha256);
  return encode(contents.abi, { object: known as Digest, name, base, version });
}

function encode(abi: PackageAbi, of: Pick<AbiToRecord, 'object' | 'name' | 'base' | 'version'>): AbiToRecord {
  const loose = abi.loose.map(
    ({ machine, symbols }): AbiRequirement => ({ name: '', machine, symbols: encodeSymbolSet(symbols) }),
  );
  return {
    ...of,
    reader: abiReader,
    payload: abi.payload,
    seen: abi.seen,
    provides: abi.provides.map(({ name, machine, symbols, definesVersions }) => ({
      name,
      machine,
      versioned: definesVersions,
      symbols: symbols && encodeSymbolSet(symbols),
    })),
    needs: [
      ...abi.needs.map(
        ({ name, machine, symbols }): AbiRequirement => ({
          name,
          machine,
          symbols: encodeSymbolSet(symbols),
        }),
      ),
      ...loose,
    ],
  };
}
