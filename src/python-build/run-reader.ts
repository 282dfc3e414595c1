import { fileURLToPath } from 'node:url';
import { fault } from '../diagnostics/index.ts';
import { runProcess } from '../host/index.ts';

/** Programs in Python that parse files of others; none of them imports or runs what it reads. */
const folder = fileURLToPath(new URL('./readers', import.meta.url));

/** An hour for what is large (specification, 6.6). */
const timeoutMs = 3_600_000;
const maxOutputBytes = 1_000_000_000;

/**
 * Lines of JSON that a reader makes of its input. `what`: what it reads, for people. Throws MPY404 when the interpreter does not come
 * to its end, SYS001 without one.
 */
export async function runReader(
  reader: 'read_stubs' | 'read_usage',
  of: { readonly what: string; readonly input: unknown; readonly signal: AbortSignal | undefined },
): Promise<readonly string[]> {
  const ran = await runProcess('python3', ['-I', '-S', '-B', `${folder}/${reader}.py`], {
    ...{ input: JSON.stringify(of.input), timeoutMs, maxOutputBytes, signal: of.signal },
  });
  if (ran.code === 0) return ran.stdout.split('\n').filter((line) => line !== '');
  const why = ran.stderr.trim().split('\n').slice(-3).join('\n');
  throw fault('MPY404', { what: `${of.what} cannot be read (${ran.why})`, why });
}
