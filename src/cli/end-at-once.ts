/**
 * Commands that are asked again and again while nothing changes, and then end before the rest of packmill is loaded. True when that was
 * all: the exit code is 0. Every other order is left to the usual way.
 */
export async function endAtOnce(words: readonly string[]): Promise<boolean> {
  const [group, command, ...rest] = words[0] === '--json' ? words.slice(1) : words;
  if (group !== 'py' || command !== 'build') return false;
  const { recallBuild, sayAndEnd } = await import('../app/python-unchanged/index.ts');
  const said = recallBuild(rest, words.includes('--json'));
  if (said === undefined) return false;
  await sayAndEnd(said);
  return true;
}
