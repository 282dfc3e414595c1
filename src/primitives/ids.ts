declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** `target/arch/name`: the same job in every run (specification 14.1). */
export type JobId = Branded<string, 'JobId'>;
export type RunId = Branded<number, 'RunId'>;
export type PlanId = Branded<number, 'PlanId'>;
export type AttemptId = Branded<number, 'AttemptId'>;
export type BuilderName = Branded<string, 'BuilderName'>;

/** The parts of a job's identity. */
export interface JobIdParts {
  readonly target: string;
  readonly arch: string;
  readonly name: string;
}

/** Joins the parts; of them only the name may contain a slash, as `category/name` (their own validators see to it). */
export function jobId(parts: JobIdParts): JobId {
  return `${parts.target}/${parts.arch}/${parts.name}` as JobId;
}

/** Takes a job id apart; undefined when it has not three or, with a name of two, four non-empty parts. */
export function parseJobId(text: string): JobIdParts | undefined {
  const parts = text.split('/');
  const [target, arch, ...name] = parts;
  const isId = (name.length === 1 || name.length === 2) && parts.every(Boolean);
  return target && arch && isId ? { target, arch, name: name.join('/') } : undefined;
}

export const attemptId = (value: number): AttemptId => value as AttemptId;
export const builderName = (value: string): BuilderName => value as BuilderName;
