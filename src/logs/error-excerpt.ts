/** The part of a log that shows what went wrong. */
export interface ErrorExcerpt {
  /** Number of the first line of `lines` in the text, counted from 1. */
  readonly firstLine: number;
  /** Number of the line with the error itself. */
  readonly errorLine: number;
  /** Without terminal colours. */
  readonly lines: readonly string[];
}

/** Messages of the programs that really failed. */
const causes: readonly RegExp[] = [
  /(^|[^\w-])(fatal )?error:\s/i,
  /^error(\[E\d+\])?:/,
  /\berror TS\d+:/,
  /^CMake Error\b/,
  /undefined reference to /,
  /\bld(\.\w+)?: cannot find /,
  /^Traceback \(most recent call last\):/,
  /: (command not found|No such file or directory)$/,
  /: not found$/,
  /No space left on device/,
  /Segmentation fault|core dumped/,
  /^npm (ERR!|error) /,
  /^FAIL(ED)?:? \S/,
  /^not ok \d/,
  /^panic: /,
  /Hunk #\d+ FAILED/,
  /^curl: \(\d+\) /,
  /^==> packmill: .*(out of memory|timed out|limit of \d+ bytes)/,
];

/** Lines that have the look of an error and are none. */
const harmless: readonly RegExp[] = [
  /^checking /,
  /\b(0|no) errors?\b/i,
  /^(?!.*\berror: ).*-Werror/,
  /^-- /,
  /^\s*(note|warning):/i,
];

/** Programs that only pass on that something below them failed. */
const messengers: readonly RegExp[] = [
  /^(g|b)?make(\[\d+\])?: \*\*\* /,
  /^ninja: build stopped/,
  /^FAILED: /,
  /^error: (could not compile|build failed)/,
];

/** What makepkg says of itself; it names the function at least. */
const summaries: readonly RegExp[] = [/^==> ERROR: /];

const colours = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

const linesBefore = 2;
const linesAfter = 8;
/** How far before the first messenger its cause may stand. */
const reach = 400;

const matches = (patterns: readonly RegExp[], line: string): boolean =>
  patterns.some((pattern) => pattern.test(line));

const isCause = (line: string): boolean =>
  matches(causes, line) &&
  !matches(harmless, line) &&
  !matches(messengers, line) &&
  !matches(summaries, line);

/**
 * Finds the first real error of a build's log (compilers, linkers, configure scripts, tests, makepkg) and
 * returns it with the lines around it, at most eleven; undefined when nothing in it looks like an error.
 */
export function findErrorExcerpt(text: string): ErrorExcerpt | undefined {
  const lines = text.replace(colours, '').split('\n').map(visiblePart);
  if (lines.at(-1) === '') lines.pop();
  const at = errorIndex(lines);
  if (at === -1) return undefined;
  const from = Math.max(0, at - linesBefore);
  const excerpt = lines.slice(from, at + linesAfter + 1);
  return { firstLine: from + 1, errorLine: at + 1, lines: excerpt };
}

/** A line as a terminal would leave it: what follows the last carriage return that is not its end. */
function visiblePart(line: string): string {
  const whole = line.replace(/\r+$/, '');
  return whole.slice(whole.lastIndexOf('\r') + 1);
}

function errorIndex(lines: readonly string[]): number {
  const messenger = lines.findIndex((line) => matches(messengers, line));
  if (messenger !== -1) {
    // Tests and probes may print errors long before; what ended the build is near its messenger.
    const from = Math.max(0, messenger - reach);
    const near = lines.slice(from, messenger).findIndex(isCause);
    if (near !== -1) return from + near;
    const later = lines.slice(messenger).findIndex(isCause);
    return later === -1 ? messenger : messenger + later;
  }
  const cause = lines.findIndex(isCause);
  return cause === -1 ? lines.findIndex((line) => matches(summaries, line)) : cause;
}
