import { isFault, messageOf, type Place, type Problem, problem } from '../diagnostics/index.ts';
import type { GeneratorModule } from './generator-module.ts';
import { createHub } from './hub.ts';
import type { PkgInfo } from './pkg-info.ts';
import type { Unit } from './run-context.ts';

/** Runs `generate` for one package and waits for all builds it pushed. Returns what went wrong; never throws. */
export async function runUnit(
  unit: Unit,
  module: GeneratorModule,
  pkg: PkgInfo,
): Promise<Problem | undefined> {
  try {
    await inTime(unit, generate(unit, module, pkg));
    return undefined;
  } catch (error) {
    return problemOf(error, unit);
  }
}

async function generate(unit: Unit, module: GeneratorModule, pkg: PkgInfo): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  try {
    await module.generate(createHub(unit), pkg);
  } catch (error) {
    failure = { error };
  }
  // a build may be pushed while others are waited for
  for (let at = 0; at < unit.pushed.length; at += 1) {
    await unit.pushed[at]?.catch((error: unknown) => {
      failure ??= { error };
    });
  }
  if (failure) throw failure.error;
  for (const build of unit.builds) {
    if (!build.isPushed) {
      unit.problems.push(problem('AGN019', { what: `a build of '${build.shownName}' is never pushed` }));
    }
  }
}

/** An autogen that waits for something that never happens must not keep the others from being written. */
async function inTime(unit: Unit, work: Promise<void>): Promise<void> {
  const { clock, settings, signal } = unit.run;
  const done = new AbortController();
  const stop = AbortSignal.any([done.signal, signal]);
  try {
    await Promise.race([
      work,
      clock.sleep(settings.timeLimitMs, stop).then(() => {
        if (done.signal.aborted) return;
        work.catch(() => undefined);
        throw new Error(
          signal.aborted ? 'the run is called off' : `it takes more than ${settings.timeLimitMs} ms`,
        );
      }),
    ]);
  } finally {
    // a reason of our own: the usual one is an error with a stack, for each package
    done.abort('done');
  }
}

/** What an error of an autogen says, with its place in the autogen and what led to it. */
export function problemOf(
  error: unknown,
  unit: { readonly file: string; readonly place: Place | undefined },
): Problem {
  if (isFault(error)) {
    const { place = placeOf(error, unit), ...found } = error.problem;
    return place ? { ...found, place } : found;
  }
  const causes: string[] = [];
  for (let at = (error as Error | undefined)?.cause, depth = 0; at !== undefined && depth < 5; depth += 1) {
    causes.push(messageOf(at).trim().split('\n')[0] ?? '');
    at = (at as Error).cause;
  }
  const message = messageOf(error).trim();
  const [first = '', ...rest] = message.split('\n');
  const why = [...rest, ...causes.map((cause) => `It was led to by: ${cause}`)].join('\n');
  return problem('AGN013', {
    what: first === '' ? 'an error without a message' : first,
    place: placeOf(error, unit),
    ...(why === '' ? {} : { why }),
  });
}

/** The line of the autogen that an error came through, else what is known of the unit. */
function placeOf(
  error: unknown,
  { file, place }: { readonly file: string; readonly place: Place | undefined },
): Place | undefined {
  return (file === '' ? undefined : placeIn(error, file)) ?? place;
}

/** Where in a file an error was thrown. */
function placeIn(error: unknown, file: string): Place | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(`${file}`);
  const found = at === -1 ? undefined : /^(?:\?[^:\s]*)?:(\d+):(\d+)/.exec(stack.slice(at + file.length));
  return found ? { file, line: Number(found[1]), column: Number(found[2]) } : undefined;
}
