import type {
  BuildMachine,
  BuildNotes,
  BuildRecord,
  JobContext,
  Json,
  KindServices,
  Material,
  Outcome,
  RecipeKind,
} from '../model/index.ts';
import { asJson, canonicalJson } from '../provenance/index.ts';
import { describeRoot, type SandboxRoot } from '../sandbox/index.ts';

/** What is known of an attempt before it begins. */
export interface NotedAttempt {
  readonly kind: Pick<RecipeKind, 'name'>;
  readonly context: Omit<JobContext, 'work' | 'say' | 'notes' | 'epochSeconds'>;
  readonly policy: { readonly root: SandboxRoot; readonly network: string };
  readonly epochSeconds: number;
  readonly machine: BuildMachine;
}

/** Gathers what an attempt uses, and makes the record of its build when it ended well. */
export class NotedBuild implements BuildNotes {
  readonly epochSeconds: number;
  readonly #attempt: NotedAttempt;
  readonly #materials: Material[] = [];
  readonly #settings = new Map<string, Json>();

  constructor(attempt: NotedAttempt) {
    this.#attempt = attempt;
    this.epochSeconds = attempt.epochSeconds;
  }

  uses(material: Material): void {
    this.#materials.push(material);
  }

  setting(name: string, value: Json): void {
    this.#settings.set(name, value);
  }

  /** The outcome with the digest of the record in each artifact; the record is in the store then. Throws STO problems. */
  async recorded(outcome: Outcome, services: Pick<KindServices, 'putBytes'>): Promise<Outcome> {
    if (outcome.kind !== 'succeeded' || outcome.artifacts.length === 0) return outcome;
    const root = await this.#root(services);
    const bytes = Buffer.from(canonicalJson(asJson(this.#record(root))));
    const { digest } = await services.putBytes(bytes);
    return { kind: 'succeeded', artifacts: outcome.artifacts.map((one) => ({ ...one, record: digest })) };
  }

  /** The root with the list of what is installed in it, which is an object of its own that many records share. */
  async #root(services: Pick<KindServices, 'putBytes'>): Promise<Material> {
    const { name, list, packages } = describeRoot(this.#attempt.policy.root);
    const { digest } = await services.putBytes(Buffer.from(list));
    return { role: 'root', name, digest: { sha256: digest }, isKept: true, annotations: { packages } };
  }

  #record(root: Material): BuildRecord {
    const { kind, context, policy, machine } = this.#attempt;
    const { recipe, target, arch, repositoryNeeds, processors } = context;
    const { name, version, inputDigest } = recipe;
    return {
      version: 1,
      kind: kind.name,
      recipe: { name, version, inputDigest },
      materials: [root, ...dependenciesOf(context), ...this.#materials],
      circumstances: {
        ...{ target, arch, processors, repositoryNeeds, epochSeconds: this.epochSeconds },
        reasons: asJson(context.reasons),
        published: asJson(context.published),
        network: policy.network,
      },
      settings: Object.fromEntries(this.#settings),
      machine,
    };
  }
}

/** Packages of the farm that the job was given; all of them are objects of the store. */
const dependenciesOf = ({ dependencies }: NotedAttempt['context']): readonly Material[] =>
  dependencies.map(({ artifact: { fileName, object, name, version, arch, provides }, folders }) => ({
    role: 'dependency',
    name: fileName,
    digest: { sha256: object },
    isKept: true,
    annotations: { package: name, version, arch, provides, folders, from: 'this farm' },
  }));
