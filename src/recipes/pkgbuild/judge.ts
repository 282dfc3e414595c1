import { type Code, problem } from '../../diagnostics/index.ts';
import { failed, judgeEnd, type Outcome, type Step, type StepEnd, type Verdict } from '../../model/index.ts';
import { skipCode as usualSkipCode } from './sandbox-layout.ts';

/** makepkg's own code for "a package has already been built" (makepkg(8), errors). */
const alreadyBuiltCode = 13;
/** What `timeout` ends with; recipes that use it mean the same (specification 15.5). */
const timedOutCode = 124;

/** What else a step's end is judged by. */
export interface JudgeFacts {
  /** Files of the recipe that the target publishes already. */
  readonly published: readonly string[];
  /** Default 123. */
  readonly skipCode?: number | undefined;
}

/** What a step's end means for a PKGBUILD job (specification 15.5, 17.3; acceptance X01 and X06). */
export function judge(name: string, step: Step, end: StepEnd, facts: JudgeFacts): Verdict {
  return judgeEnd(name, step, end, (code) => judgeCode(name, step, code, facts));
}

function judgeCode(name: string, step: Step, code: number, { published, skipCode }: JudgeFacts): Verdict {
  const skips = code === (skipCode ?? usualSkipCode);
  switch (step.name) {
    case 'dependencies':
      return failed('BLD008', `pacman could not install the dependencies of '${name}'`);
    case 'interfere':
      return skips
        ? { kind: 'skipped', reason: 'prepare says skip' }
        : failed('BLD007', `an interfere file of '${name}' ended with ${code}`);
    case 'fetch':
      // makepkg looks for the package before it looks for its sources
      if (code === alreadyBuiltCode) return { kind: 'already-built', files: published };
      return failed('BLD002', `the sources of '${name}' could not be fetched or verified`);
    default:
      if (code === alreadyBuiltCode) return { kind: 'already-built', files: published };
      if (skips) return { kind: 'skipped', reason: 'the recipe says skip' };
      if (code === timedOutCode) return { kind: 'timed-out', limitMs: 0 };
      return failed('BLD001', `makepkg of '${name}' ended with ${code}`);
  }
}

interface Cause {
  readonly code: Code;
  readonly pattern: RegExp;
  /** What the recipe did, from what the pattern found. */
  readonly what: (match: RegExpExecArray) => string;
}

const buildCauses: readonly Cause[] = [
  { code: 'BLD014', pattern: /Read-only file system/, what: () => 'tried to write outside its folders' },
  {
    code: 'BLD016',
    pattern: /Could not resolve host|Temporary failure in name resolution|Network is unreachable/,
    what: () => 'needs the network while building',
  },
  {
    code: 'BLD015',
    pattern:
      /(?:^|[ '":])\/(?:root|home|srv|mnt|media)\b[^\n]*(?:No such file or directory|Permission denied)/m,
    what: () => 'asked for a file that the sandbox does not show',
  },
];

/** A shell, env or make that did not find a program, in the words each of them has for it. */
const missingProgram: Cause = {
  code: 'BLD019',
  pattern:
    /(?:(?:line \d+: |^\S+: \d+: (?:exec: |eval: )?)(?=.*(?:command )?not found$)|^env: (?=.*directory$)|^make(?:\[\d+\])?: (?=[^*]*directory$))[\u2018']?([A-Za-z0-9_.+/-]+)[\u2019']?: (?:command not found|not found|No such file or directory)$/m,
  what: ([, program]) => `calls '${program}', which its root does not have`,
};

const fetchCauses: readonly Cause[] = [
  {
    code: 'BLD020',
    pattern: /\.\.\. FAILED \(([^)]*(?:key|signature)[^)]*)\)/,
    what: ([, reason]) => `has a source whose signature does not hold: ${reason}`,
  },
  {
    code: 'BLD020',
    pattern: /One or more PGP signatures could not be verified/,
    what: () => 'has a source whose signature does not hold',
  },
  {
    code: 'BLD021',
    pattern: /^ *(\S+) \.\.\. FAILED$/m,
    what: ([, file]) => `has another checksum for '${file}' than the file that was fetched`,
  },
];

/** How far before makepkg's own word a missing program is the cause; earlier ones were survived. */
const lastLines = 12;

/** The lines that led to makepkg's giving up. */
function endOfBuild(logTail: string): string {
  const lines = logTail.split('\n');
  const end = lines.findLastIndex((line) => line.startsWith('==> ERROR: '));
  return lines.slice(Math.max(0, end - lastLines), Math.max(0, end)).join('\n');
}

function findCause(code: string, logTail: string): { code: Code; what: string } | undefined {
  const find = (causes: readonly Cause[], text: string) => {
    for (const cause of causes) {
      const match = cause.pattern.exec(text);
      if (match) return { code: cause.code, what: cause.what(match) };
    }
    return undefined;
  };
  if (code === 'BLD002') return find(fetchCauses, logTail);
  return find(buildCauses, logTail) ?? find([missingProgram], endOfBuild(logTail));
}

/**
 * A plain build failure with the cause that the end of its log gives away, where it does;
 * `excerpt` (the lines around the first error) becomes the reason. Other outcomes come back as they are.
 */
export function explainFailure(name: string, outcome: Outcome, logTail: string, excerpt: string): Outcome {
  if (outcome.kind !== 'failed' || !['BLD001', 'BLD002'].includes(outcome.problem.code)) return outcome;
  const found = findCause(outcome.problem.code, logTail);
  const better = found ? problem(found.code, { what: `'${name}' ${found.what}` }) : outcome.problem;
  return {
    kind: 'failed',
    problem: excerpt === '' ? better : { ...better, why: `${better.why} ${excerpt}` },
  };
}
