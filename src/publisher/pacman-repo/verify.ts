import { type Problem, problem } from '../../diagnostics/index.ts';
import { type DatabaseEntry, parseDesc, readDatabase } from '../../formats/pacman/index.ts';
import { bytesIfThere, entryFacts, hashFile, namesIn } from '../../host/index.ts';
import { atOnce } from '../../primitives/index.ts';
import type { Signer } from '../../signer/index.ts';
import type { VerifyMode } from '../index.ts';
import { besidePackage } from './companions.ts';
import type { Places } from './places.ts';

/** At most this many problems of one generation are told. */
const maxProblems = 100;

interface Listed {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly signature: string;
}

function listedOf(entry: DatabaseEntry): Listed {
  const fields = parseDesc(entry.desc);
  const field = (name: string): string => fields.get(name)?.[0] ?? '';
  return {
    fileName: field('FILENAME'),
    sizeBytes: Number(field('CSIZE')),
    sha256: field('SHA256SUM'),
    signature: field('PGPSIG'),
  };
}

/** One look at one folder. */
class Inspection {
  readonly problems: Problem[] = [];
  readonly #places: Places;
  readonly #folder: string;
  readonly #signer: Signer;

  constructor(places: Places, folder: string, signer: Signer) {
    this.#places = places;
    this.#folder = folder;
    this.#signer = signer;
  }

  #complain(what: string, name: string): void {
    if (this.problems.length >= maxProblems) return;
    this.problems.push(problem('PUB007', { what, place: { file: `${this.#folder}/${name}` } }));
  }

  async #database(name: string): Promise<readonly DatabaseEntry[]> {
    const path = `${this.#folder}/${name}`;
    const bytes = bytesIfThere(path);
    if (!bytes) {
      this.#complain(`'${name}' is missing`, name);
      return [];
    }
    if (!(await this.#signer.verifyFile(path, `${path}.sig`))) {
      this.#complain(`'${name}' has no good signature`, name);
    }
    const short = name.replace(/\.tar\.zst$/, '');
    for (const link of [short, `${short}.sig`]) {
      if (!entryFacts(`${this.#folder}/${link}`)) this.#complain(`'${link}' is missing`, link);
    }
    const { entries, problems } = readDatabase(bytes, path);
    for (const found of problems) this.#complain(`'${name}' cannot be read: ${found.what}`, name);
    return entries;
  }

  #compareDatabases(db: readonly DatabaseEntry[], files: readonly DatabaseEntry[]): void {
    const others = new Map(files.map((entry) => [entry.name, entry]));
    for (const entry of db) {
      const other = others.get(entry.name);
      if (other?.desc !== entry.desc || other.files === undefined) {
        this.#complain(`the databases do not agree on '${entry.name}'`, this.#places.filesDatabase);
      }
      others.delete(entry.name);
    }
    for (const name of others.keys()) {
      this.#complain(`'${name}' stands only in the database of files`, this.#places.filesDatabase);
    }
    if (new Set(db.map(({ name }) => name)).size !== db.length) {
      this.#complain('a package stands twice in the database', this.#places.database);
    }
  }

  async #package(listed: Listed, mode: VerifyMode): Promise<void> {
    const { fileName } = listed;
    const path = `${this.#folder}/${fileName}`;
    const facts = fileName === '' || fileName.includes('/') ? undefined : entryFacts(path);
    if (facts?.kind !== 'file') return this.#complain(`'${fileName}' is missing`, fileName);
    if (facts.sizeBytes !== listed.sizeBytes) {
      this.#complain(`'${fileName}' has ${facts.sizeBytes} bytes instead of ${listed.sizeBytes}`, fileName);
    }
    const signature = bytesIfThere(`${path}.sig`);
    if (!signature || Buffer.from(signature).toString('base64') !== listed.signature) {
      this.#complain(`the signature of '${fileName}' is not the one in the database`, `${fileName}.sig`);
    }
    if (mode === 'quick') return;
    if ((await hashFile(path)).digest !== listed.sha256) {
      return this.#complain(`'${fileName}' has other bytes than the database says`, fileName);
    }
    if (!(await this.#signer.verifyFile(path, `${path}.sig`))) {
      this.#complain(`'${fileName}' has no good signature`, fileName);
    }
  }

  #strays(listed: readonly Listed[]): void {
    const expected = new Set(listed.flatMap(({ fileName }) => [fileName, ...besidePackage(fileName)]));
    for (const name of [this.#places.database, this.#places.filesDatabase]) {
      const short = name.replace(/\.tar\.zst$/, '');
      for (const own of [name, `${name}.sig`, short, `${short}.sig`]) expected.add(own);
    }
    for (const name of namesIn(this.#folder)) {
      if (!expected.has(name)) this.#complain(`'${name}' does not belong to the generation`, name);
    }
  }

  /** Returns the number of packages. */
  async run(mode: VerifyMode): Promise<number> {
    const db = await this.#database(this.#places.database);
    const files = await this.#database(this.#places.filesDatabase);
    this.#compareDatabases(db, files);
    const listed = db.map(listedOf);
    this.#strays(listed);
    await atOnce(listed, { most: 4 }, (item) => this.#package(item, mode));
    return db.length;
  }
}

/** Looks at one generation's folder: problems of the code PUB007, at most 100. */
export async function inspectFolder(
  places: Places,
  folder: string,
  mode: VerifyMode,
  signer: Signer,
): Promise<{ readonly packages: number; readonly problems: readonly Problem[] }> {
  const inspection = new Inspection(places, folder, signer);
  const packages = await inspection.run(mode);
  return { packages, problems: inspection.problems };
}
