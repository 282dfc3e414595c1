import { fault } from '../diagnostics/index.ts';
import type { BuildRecord, Json, Material } from '../model/index.ts';
import { asJson } from './canonical-json.ts';
import { publicAddress } from './public-address.ts';

/** How builds of packmill are described: docs/provenance.md, "The statement". */
export const buildType = 'urn:packmill:provenance:build:v1';
export const statementFormat = 'https://in-toto.io/Statement/v1';
export const predicateType = 'https://slsa.dev/provenance/v1';

/** Where a recipe stands in its source. */
export interface RecipeOrigin {
  /** Address of the repository, or id of the source when it has none. */
  readonly uri: string;
  readonly commit: string;
}

/** What the manager knows of the attempt whose record it has. */
export interface AttemptFacts {
  /** `target/arch/name`. */
  readonly job: string;
  readonly attempt: number;
  readonly builder: string;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Of its log, relative to the farm. */
  readonly log: string | undefined;
  readonly origin: RecipeOrigin | undefined;
  /** Fingerprint of the farm's key. */
  readonly farmKey: string;
}

/** A file that a statement is about. */
export interface Subject {
  readonly name: string;
  readonly sha256: string;
}

/** An in-toto ResourceDescriptor. */
export interface ResourceDescriptor {
  readonly name?: string | undefined;
  readonly uri?: string | undefined;
  readonly digest?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, Json | undefined>> | undefined;
}

/** An in-toto statement (v1) with a SLSA provenance predicate (v1). */
export interface Statement {
  readonly _type: string;
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: string;
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string;
      readonly externalParameters: Readonly<Record<string, Json>>;
      readonly internalParameters: Readonly<Record<string, Json>>;
      readonly resolvedDependencies: readonly ResourceDescriptor[];
    };
    readonly runDetails: {
      readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> };
      readonly metadata: {
        readonly invocationId: string;
        readonly startedOn: string;
        readonly finishedOn: string;
      };
      readonly byproducts: readonly ResourceDescriptor[];
    };
  };
}

function descriptorOf({ role, name, uri, digest, isKept, annotations }: Material): ResourceDescriptor {
  const address = publicAddress(uri);
  const isKnown = Object.keys(digest).length > 0;
  // a descriptor has to say where a thing is or which bytes it has
  const named = isKnown ? {} : { uri: `pkg:generic/${encodeURIComponent(name)}` };
  return {
    name,
    ...(address === undefined ? named : { uri: address }),
    ...(isKnown ? { digest } : {}),
    annotations: { ...annotations, role, ...(isKept ? { kept: true } : {}) },
  };
}

const bySpelling = (a: Material, b: Material): number => {
  const key = ({ role, name, digest }: Material): string => `${role} ${name} ${digest.sha256 ?? ''}`;
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
};

/** The recipe as a repository at a commit, when it is known to come from one. */
function originDescriptor({ uri, commit }: RecipeOrigin): ResourceDescriptor {
  const address = publicAddress(uri);
  return {
    name: 'recipes',
    ...(address === undefined ? {} : { uri: `git+${address}@${commit}` }),
    digest: { gitCommit: commit },
    annotations: { role: 'recipe-source' },
  };
}

/**
 * The statement of one attempt about all files that it made. The same record and facts give the same statement,
 * whatever the order in which materials were noted.
 */
export function statementOf(
  subjects: readonly Subject[],
  record: BuildRecord,
  facts: AttemptFacts,
): Statement {
  const { circumstances, recipe, machine } = record;
  const { target, arch, reasons, epochSeconds, processors, network, published, repositoryNeeds } =
    circumstances;
  const materials = [...record.materials].sort(bySpelling).map(descriptorOf);
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    _type: statementFormat,
    subject: [...subjects]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          kind: record.kind,
          recipe: recipe.name,
          version: recipe.version,
          inputDigest: recipe.inputDigest,
          ...{ target, arch },
        },
        internalParameters: {
          ...{ reasons, published, epochSeconds, processors, network, repositoryNeeds },
          settings: asJson(record.settings),
        },
        resolvedDependencies: [...(facts.origin ? [originDescriptor(facts.origin)] : []), ...materials],
      },
      runDetails: {
        builder: {
          id: `openpgp4fpr:${facts.farmKey.toLowerCase()}#${encodeURIComponent(facts.builder)}`,
          version: { ...machine.versions, machine: machine.arch },
        },
        metadata: {
          invocationId: `${facts.job}#${facts.attempt}`,
          startedOn: iso(facts.startedMs),
          finishedOn: iso(facts.endedMs),
        },
        byproducts: facts.log === undefined ? [] : [{ name: 'log', uri: facts.log }],
      },
    },
  };
}

/** What is wrong with a value that is to be a statement as packmill makes it; empty when nothing is. */
export function statementFlaws(value: unknown): readonly string[] {
  const flaws: string[] = [];
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], value);
  const expect = (path: string, wanted: string): void => {
    if (at(path) !== wanted) flaws.push(`'${path}' is not '${wanted}'`);
  };
  const need = (path: string, isFine: (found: unknown) => boolean): void => {
    if (!isFine(at(path))) flaws.push(`'${path}' is missing or of the wrong kind`);
  };
  expect('_type', statementFormat);
  expect('predicateType', predicateType);
  expect('predicate.buildDefinition.buildType', buildType);
  need('subject', (found) => Array.isArray(found) && found.length > 0 && found.every(isSubject));
  need('predicate.buildDefinition.externalParameters', isTable);
  need('predicate.buildDefinition.internalParameters', isTable);
  need(
    'predicate.buildDefinition.resolvedDependencies',
    (found) => Array.isArray(found) && found.every(isDescriptor),
  );
  need('predicate.runDetails.builder.id', (found) => typeof found === 'string' && found.includes(':'));
  for (const name of ['invocationId', 'startedOn', 'finishedOn']) {
    need(`predicate.runDetails.metadata.${name}`, (found) => typeof found === 'string');
  }
  return flaws;
}

/** Reads the payload of an envelope. Throws PRV001. */
export function readStatement(bytes: Uint8Array, file: string): Statement {
  const refuse = (why: string): Error =>
    fault('PRV001', { what: `'${file}' is no signed statement: ${why}`, place: { file } });
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw refuse('what was signed is no JSON');
  }
  const [first] = statementFlaws(value);
  if (first !== undefined) throw refuse(first);
  return value as Statement;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDigestSet = (value: unknown): boolean =>
  isTable(value) &&
  Object.values(value).length > 0 &&
  Object.values(value).every((text) => typeof text === 'string' && /^[0-9a-f]+$/.test(text));

const isSubject = (value: unknown): boolean =>
  isTable(value) && typeof value.name === 'string' && isDigestSet(value.digest);

/** A descriptor has to have an address or a digest (in-toto attestation, ResourceDescriptor). */
const isDescriptor = (value: unknown): boolean =>
  isTable(value) &&
  (value.digest === undefined || isDigestSet(value.digest)) &&
  (value.uri === undefined || typeof value.uri === 'string') &&
  (value.uri !== undefined || value.digest !== undefined);
