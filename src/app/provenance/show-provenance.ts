import { fault, isFault } from '../../diagnostics/index.ts';
import { makeTemporaryFolder, removeTree, textIfThere, writeWhole } from '../../host/index.ts';
import { type Digest, parseJobId } from '../../primitives/index.ts';
import {
  type Envelope,
  readEnvelope,
  readStatement,
  type Statement,
  signedBytes,
} from '../../provenance/index.ts';
import type { Farm } from '../farm.ts';
import { type BuiltPackage, findBuilt, type WantedPackage } from './find-built.ts';

/** How a package was made, as its statement says, and what came of building it again. */
export interface ShownProvenance {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly object: string;
  readonly statement: Statement;
  readonly verdict: { readonly verdict: string; readonly atMs: number } | null;
}

/** One thing that was checked. */
export interface ProvenanceCheck {
  readonly what: string;
  readonly isGood: boolean;
}

interface Read {
  readonly envelope: Envelope;
  readonly statement: Statement;
  readonly text: string;
}

async function read(farm: Farm, digest: Digest, name: string): Promise<Read> {
  const text = Buffer.from(await farm.store.readBytes(digest)).toString('utf8');
  const envelope = readEnvelope(text, name);
  return { envelope, statement: readStatement(envelope.payload, name), text };
}

function statementOf({ stored, statement }: BuiltPackage) {
  if (statement) return statement;
  const { name, version } = stored.artifact;
  throw fault('PRV002', { what: `nothing was stated of how '${name}' ${version} was made` });
}

/** The statement about a package. Throws PRV001, PRV002, STO problems. */
export async function showProvenance(farm: Farm, wanted: WantedPackage): Promise<ShownProvenance> {
  const built = findBuilt(farm, wanted);
  const { name, version, fileName, object } = built.stored.artifact;
  const { statement } = await read(farm, statementOf(built).envelope, `${fileName}.provenance.json`);
  const verdict = farm.database.provenance.verdict(object);
  return {
    ...{ name, version, fileName, object, statement },
    verdict: verdict ? { verdict: verdict.verdict, atMs: verdict.atMs } : null,
  };
}

/** The signed envelope of a package as it is published. Throws PRV002, STO problems. */
export async function printProvenance(farm: Farm, wanted: WantedPackage): Promise<string> {
  const built = findBuilt(farm, wanted);
  return Buffer.from(await farm.store.readBytes(statementOf(built).envelope)).toString('utf8');
}

/** The bill of materials of a package. Throws PRV002 when there is none, STO problems. */
export async function printBill(farm: Farm, wanted: WantedPackage): Promise<string> {
  const built = findBuilt(farm, wanted);
  const { bill } = statementOf(built);
  const { name, version } = built.stored.artifact;
  if (bill === undefined)
    throw fault('PRV002', { what: `there is no bill of materials of '${name}' ${version}` });
  return Buffer.from(await farm.store.readBytes(bill)).toString('utf8');
}

/**
 * Checks the statement about a package: that the farm's key signed it, that it is about the bytes that the farm has and
 * publishes, and the same of every package of this farm that it was built with, and so on. Throws PRV001, PRV002.
 */
export async function verifyProvenance(
  farm: Farm,
  wanted: WantedPackage,
): Promise<readonly ProvenanceCheck[]> {
  const built = findBuilt(farm, wanted);
  const { artifact, job } = built.stored;
  const { envelope: digest } = statementOf(built);
  const checks = new Chain(farm);
  const text = await checks.look(artifact.object, digest, artifact.fileName);
  const isWhole = await farm.store.verify(artifact.object);
  checks.note(`the bytes of '${artifact.fileName}' are what was stated`, isWhole);
  const parts = parseJobId(job);
  const published = farm.repositories
    .list()
    .find(({ name, arch }) => name === parts?.target && arch === parts.arch);
  const beside = published && textIfThere(`${published.path}/${artifact.fileName}.provenance.json`);
  if (beside !== undefined)
    checks.note('the statement beside the published package is the same', beside === text);
  return checks.all;
}

/** Follows statements from a package to those that it was built with. */
class Chain {
  readonly all: ProvenanceCheck[] = [];
  readonly #farm: Farm;
  readonly #seen = new Set<string>();

  constructor(farm: Farm) {
    this.#farm = farm;
  }

  note(what: string, isGood: boolean): void {
    this.all.push({ what, isGood });
  }

  /** Returns the text of the envelope; undefined when it is gone or none. */
  async look(object: Digest, envelopeDigest: Digest, name: string): Promise<string | undefined> {
    this.#seen.add(object);
    try {
      const { envelope, statement, text } = await read(this.#farm, envelopeDigest, `${name}.provenance.json`);
      const isSigned = await isSignedBy(this.#farm, envelope);
      this.note(`the farm's key signed the statement about '${name}'`, isSigned);
      const isSubject = statement.subject.some((one) => one.name === name && one.digest.sha256 === object);
      this.note(`the statement is about '${name}' with the hash ${object.slice(0, 12)}`, isSubject);
      for (const one of statement.predicate.buildDefinition.resolvedDependencies) {
        if (one.annotations?.role !== 'dependency' || one.annotations.from !== 'this farm') continue;
        await this.#dependency(one.digest?.sha256 as Digest, one.name ?? '');
      }
      return text;
    } catch (error) {
      if (!isFault(error)) throw error;
      this.note(`${error.problem.code} ${error.problem.what}`, false);
      return undefined;
    }
  }

  async #dependency(object: Digest, name: string): Promise<void> {
    if (this.#seen.has(object)) return;
    const known = this.#farm.database.provenance.ofObject(object);
    if (known) await this.look(object, known.envelope, name);
    else this.note(`there is a statement about '${name}', with which it was built`, false);
  }
}

/** Whether one of the signatures is a good one by the farm's key. */
async function isSignedBy(farm: Farm, { payloadType, payload, signatures }: Envelope): Promise<boolean> {
  const folder = makeTemporaryFolder('packmill-statement-');
  try {
    writeWhole(`${folder}/message`, signedBytes(payloadType, payload));
    for (const { keyid, signature } of signatures) {
      if (keyid !== farm.signer.fingerprint) continue;
      writeWhole(`${folder}/message.sig`, signature);
      if (await farm.signer.verifyFile(`${folder}/message`, `${folder}/message.sig`)) return true;
    }
    return false;
  } finally {
    await removeTree(folder);
  }
}
