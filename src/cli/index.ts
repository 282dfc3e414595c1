import { CommanderError } from 'commander';
import { isFault, problem } from '../diagnostics/index.ts';
import { onCrash, systemConsole, tolerateClosedPipes } from '../host/index.ts';
import { createProgram } from './program.ts';
import { exitCodes, Shell } from './shell.ts';

/** Runs one command line (without the program's name) and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  tolerateClosedPipes();
  const shell = new Shell(systemConsole);
  onCrash((error) => {
    report(shell, error);
    return shell.exitCode;
  });
  try {
    const program = await createProgram(shell, argv);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    report(shell, error);
  }
  await shell.console.flush();
  return shell.exitCode;
}

function report(shell: Shell, error: unknown): void {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return;
    // no command was given: the help that was printed says it all
    shell.exitCode = exitCodes.usage;
    if (error.code === 'commander.help') return;
    const what = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
    shell.complain(problem('CLI001', { what }), true);
    return;
  }
  if (isFault(error)) {
    shell.complain(error.problem, true);
    if (shell.verbose && error.cause) shell.console.err(`${String(error.cause)}\n`);
    return;
  }
  shell.exitCode = exitCodes.bug;
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const what = error instanceof Error ? (error.message.split('\n')[0] ?? 'unknown') : String(error);
  shell.complain(problem('CLI070', { what, ...(shell.verbose ? { why: trace } : {}) }), true);
}
