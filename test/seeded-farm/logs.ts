import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatLogTime } from '../../src/logs/index.ts';
import { formatDuration } from '../../src/primitives/index.ts';
import type { Chance } from './chance.ts';
import { storyOf } from './failures.ts';
import type { WrittenAttempt } from './rows.ts';

const own = (line: string): string => `==> packmill: ${line}`;

const phases = ['fetch', 'prepare', 'build', 'check', 'package', 'collect'] as const;

/** What the programs of a phase say when all is well. */
function ordinary(
  phase: string,
  { name, version }: { name: string; version: string },
  chance: Chance,
): string[] {
  const pkgver = version.replace(/-[^-]*$/, '');
  switch (phase) {
    case 'fetch':
      return [
        '==> Retrieving sources...',
        `  -> Downloading ${name}-${pkgver}.tar.gz...`,
        '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current',
        ...[3, 28, 64, 100].map(
          (part) => `\r ${part} 2411k  ${part} ${part * 24}k    0     0  1911k      0  0:00:01`,
        ),
        '==> Validating source files with sha256sums...',
        `    ${name}-${pkgver}.tar.gz ... \u001b[1;32mPassed\u001b[0m`,
      ];
    case 'prepare':
      return [
        '==> Extracting sources...',
        `  -> Extracting ${name}-${pkgver}.tar.gz with bsdtar`,
        '==> Starting prepare()...',
      ];
    case 'build': {
      const count = chance.whole(12, 60);
      return [
        '==> Starting build()...',
        'The Meson build system',
        'Run-time dependency threads found: YES',
        ...Array.from(
          { length: count },
          (_, at) => `[${at + 1}/${count}] Compiling C object src/lib${name}.so.p/part${at}.c.o`,
        ),
        "../src/part3.c:18:9: \u001b[1;35mwarning:\u001b[0m unused variable 'seat' [-Wunused-variable]",
      ];
    }
    case 'check':
      return [
        '==> Starting check()...',
        '1/3 parser     OK     0.04s',
        '2/3 scheduler  OK     0.71s',
        '3/3 socket     OK     0.31s',
      ];
    case 'package':
      return [
        '==> Entering fakeroot environment...',
        '==> Starting package()...',
        '==> Tidying install...',
        `==> Creating package "${name}"...`,
      ];
    default:
      return [`==> Finished making: ${name} ${version}`];
  }
}

/** The log of one attempt as a builder leaves it, with where its phases begin. */
export function logOf(
  { job, attempt }: WrittenAttempt,
  chance: Chance,
): { readonly text: string; readonly phases: string } {
  const { pkg, planned } = job;
  const of = { name: pkg.name, version: planned.version };
  const { outcome, startedMs, endedMs } = attempt;
  const isBad = outcome?.kind === 'failed' || outcome?.kind === 'timed-out';
  const story = isBad ? storyOf(pkg.failsBy, of) : undefined;
  const last = story?.phase ?? (outcome?.kind === 'succeeded' ? 'collect' : 'build');
  let text = `${own(`building ${of.name} ${of.version} on ${attempt.builder.name}`)}\n`;
  let offsets = '';
  const spanMs = (endedMs ?? startedMs + pkg.durationMs) - startedMs;
  const count = phases.indexOf(last as (typeof phases)[number]) + 1;
  for (const [index, phase] of phases.slice(0, count).entries()) {
    const atMs = startedMs + Math.round((spanMs * index) / count);
    offsets += `${JSON.stringify({ name: phase, offset: Buffer.byteLength(text), atMs })}\n`;
    const lines = phase === last && story ? story.lines : ordinary(phase, of, chance);
    text += [
      own(`phase '${phase}'`),
      ...(phase === 'build' && story?.phase === 'build' ? ordinary('build', of, chance) : []),
      ...lines,
    ].join('\n');
    text += '\n';
  }
  return { text: text + ending(outcome, spanMs), phases: offsets };
}

function ending(outcome: WrittenAttempt['attempt']['outcome'], spanMs: number): string {
  if (outcome === undefined) return '';
  const lines: string[] = [];
  if (outcome.kind === 'failed') {
    const { code, what, why, next } = outcome.problem;
    lines.push(`${code} ${what}`, ...[why, next].filter((one) => one !== undefined));
  }
  if (outcome.kind === 'lost') lines.push(`${outcome.reason}: the job is given out again`);
  return [...lines, `${outcome.kind} after ${formatDuration(spanMs)}`]
    .map((line) => `${own(line)}\n`)
    .join('');
}

/** Writes the logs of attempts, and what the manager said before the first one of each job. */
export function writeLogs(farm: string, attempts: readonly WrittenAttempt[], chance: Chance): void {
  for (const one of attempts) {
    const path = `${farm}/${one.path}`;
    mkdirSync(dirname(path), { recursive: true });
    const { text, phases: offsets } = logOf(one, chance);
    writeFileSync(path, text);
    writeFileSync(path.replace(/\.log$/, '.phases'), offsets);
    const addedMs = one.job.readyMs ?? one.attempt.startedMs;
    writeFileSync(
      `${dirname(path)}/${one.key}-0.notes`,
      `Added to build queue at ${formatLogTime(addedMs)}. Waiting for builder...\n`,
    );
  }
}
