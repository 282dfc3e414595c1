import type { ProblemBody } from '../api/index.ts';
import { type Code, fault, type Occurrence, type Problem, ProblemError } from '../diagnostics/index.ts';

const statusOf: Partial<Record<string, number>> = {
  HTP001: 400,
  HTP002: 401,
  HTP003: 403,
  HTP004: 404,
  HTP005: 429,
  HTP006: 409,
  HTP007: 413,
  HTP008: 422,
  HTP009: 416,
  HTP010: 503,
  HTP070: 500,
  LOG002: 400,
  LOG003: 503,
  ABI002: 404,
  ABI003: 404,
  PUB004: 404,
  STO001: 404,
  PRV002: 404,
  SCH007: 404,
  CLI002: 404,
  SIM002: 404,
  CIF001: 404,
  EBN084: 404,
  EBN095: 404,
  EBN104: 404,
  IDN001: 503,
  IDN002: 403,
  MPY330: 404,
  MPY331: 404,
};

const statusOfBlame = { usage: 400, recipe: 422, world: 503, bug: 500 } as const;

/** The status that a problem is answered with; problems of other rooms by who has to act. */
export const statusOfProblem = (problem: Problem): number =>
  statusOf[problem.code] ?? statusOfBlame[problem.blame];

/** A problem with headers for the answer. */
export class Refusal extends ProblemError {
  readonly headers: Readonly<Record<string, string>>;
  constructor(error: ProblemError, headers: Readonly<Record<string, string>>) {
    super(error.problem, { cause: error.cause });
    this.headers = headers;
  }
}

/** A refusal to throw in a route; the status follows from the code. */
export function refuse(code: Code, occurrence: Occurrence, headers: Record<string, string> = {}): Refusal {
  return new Refusal(fault(code, occurrence), headers);
}

/** The body of a problem. Of a fault of ours nothing is told: the reason may name paths or secrets. */
export function bodyOf(problem: Problem, request: string): ProblemBody {
  const { code, what, why, next, place } = problem;
  return {
    code,
    what,
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next }),
    ...(place === undefined ? {} : { place: { ...place } }),
    request,
  };
}
