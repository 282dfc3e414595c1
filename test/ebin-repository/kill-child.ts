import { generate } from '../../src/ebin-repository/index.ts';

// Generates, and kills itself when so many files have been written: as if the power had gone.
const [pkgdir = '', repo = '', store = '', steps = '0'] = process.argv.slice(2);
let left = Number(steps);
await generate({
  pkgdirs: [pkgdir],
  atoms: [],
  repo,
  store,
  options: { compress: 'gzip' },
  onEvent: ({ kind }) => {
    if (kind === 'file') left -= 1;
    if (left <= 0 && kind === 'file') process.kill(process.pid, 'SIGKILL');
  },
});
