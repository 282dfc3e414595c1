// An `emerge` for tests: it makes a real binary package of whatever it is asked for, with the flags of USE. What the real one
// would refuse it refuses by the names of flags: `broken` does not build, and `masked` is never on.
import { putThing } from './thing.ts';

const words = process.argv.slice(2);
const cpv = (words.at(-1) ?? '').replace(/^=/, '');
const { PKGDIR = '', USE = '', FEATURES = '' } = process.env;
const flags = USE.split(/\s+/).filter(Boolean);
const on = flags.filter((flag) => !flag.startsWith('-') && flag !== 'masked');

console.log(`emerge ${words.join(' ')} as ${process.getuid?.()}; FEATURES ${FEATURES}`);
if (on.includes('broken')) {
  console.error(`error: ${cpv} failed (compile phase): no such thing`);
  process.exit(1);
}
if (words.includes('--buildpkgonly')) {
  const iuse = flags.map((flag) => flag.replace(/^-/, ''));
  const path = await putThing(PKGDIR, { cpv, iuse, use: on });
  console.log(`>>> packed ${path}`);
}
