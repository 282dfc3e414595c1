import { expect, it } from 'vitest';
import { ProblemError } from '../diagnostics/index.ts';
import { runOrThrow, runProcess, startProcess } from './process.ts';

it('returns what a program printed and how it ended', async () => {
  const result = await runProcess('sh', ['-c', 'cat; echo bad >&2; exit 3'], { input: 'text' });
  expect(result).toMatchObject({ code: 3, signal: undefined, why: 'ended', stdout: 'text', stderr: 'bad\n' });
});

it('gives a program the declared environment only', async () => {
  const result = await runProcess('/usr/bin/env', [], { env: { A: '1' } });
  expect(result.stdout).toBe('A=1\n');
});

it("names a program that is not installed and points at 'packmill doctor'", async () => {
  const error = await runProcess('no-such-program', []).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProblemError);
  const { problem } = error as ProblemError;
  expect(problem).toMatchObject({
    code: 'SYS001',
    blame: 'world',
    what: "'no-such-program' is not installed",
  });
  expect(problem.next).toContain('packmill doctor');
  await expect(startProcess('no-such-program', [])).rejects.toMatchObject({ problem: { code: 'SYS001' } });
});

it('says why a program does not start', async () => {
  const error = await runProcess('/etc/passwd', []).catch((caught: unknown) => caught);
  expect((error as ProblemError).problem).toMatchObject({
    code: 'SYS002',
    what: expect.stringContaining("'/etc/passwd' does not start"),
  });
});

it('says that the folder is missing when it is the folder', async () => {
  const error = await runProcess('true', [], { cwd: '/no/such/folder' }).catch((caught: unknown) => caught);
  expect((error as ProblemError).problem).toMatchObject({ code: 'SYS004' });
  expect((error as ProblemError).problem.what).toContain('/no/such/folder');
});

it('ends a program that runs too long, prints too much or is no longer wanted, and says which', async () => {
  expect(await runProcess('sleep', ['60'], { timeoutMs: 100 })).toMatchObject({
    why: 'timed-out',
    signal: 'SIGTERM',
  });
  const signal = AbortSignal.timeout(100);
  expect((await runProcess('sleep', ['60'], { signal })).why).toBe('canceled');
  expect((await runProcess('sleep', ['60'], { signal: AbortSignal.abort() })).why).toBe('canceled');
  const chatty = await runProcess('yes', [], { maxOutputBytes: 1000 });
  expect(chatty.why).toBe('too-much-output');
  expect(chatty.stdoutBytes.byteLength).toBe(1000);
});

it('turns the failure of a program of ours into a problem with its last words', async () => {
  await expect(runOrThrow('sh', ['-c', 'echo why >&2; exit 9'])).rejects.toMatchObject({
    problem: { code: 'SYS003', what: expect.stringContaining('exit 9'), why: 'why' },
  });
});
