import { expect, it } from 'vitest';
import { fault } from '../diagnostics/index.ts';
import { refusal } from './make-version.ts';

it('a file that cannot be read refuses its version', () => {
  const problem = fault('SYS004', {
    what: "cannot read 'a'",
    cause: Object.assign(new Error(), { code: 'EACCES' }),
  });
  expect(refusal(problem)).toMatchObject({ code: 'SYS004' });
});

it('a full disk refuses no version but ends the run', () => {
  const full = fault('SYS004', {
    what: "cannot write 'a'",
    cause: Object.assign(new Error(), { code: 'ENOSPC' }),
  });
  expect(() => refusal(full)).toThrow(full);
});
