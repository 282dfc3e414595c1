import { execFileSync } from 'node:child_process';
import { readSources, readStubs } from '../src/python-build/index.ts';
import { type ReturnTable, type StubEntry, sourceReturns, stubReturns } from '../src/python-symbols/index.ts';

const none = 'builtins.None.__class__';
/** A generator is each of these. */
const ofGenerators = ['typing.Iterator', 'typing.Iterable', 'typing.Generator'];

/** Paths of the classes that stubs have. */
function classesOf(path: string, body: readonly StubEntry[]): readonly string[] {
  return body.flatMap((entry) => {
    if (entry.kind !== 'class') return [];
    const own = `${path}.${entry.name}`;
    return [own, ...classesOf(own, entry.body)];
  });
}

function agreement(seen: ReturnTable, declared: ReturnTable, classes: ReadonlySet<string>): [number, number] {
  let [both, agree] = [0, 0];
  for (const [path, types] of seen) {
    const told = declared.get(path);
    const known = [...types.keys()].filter((type) => classes.has(type));
    if (told === undefined || known.length === 0) continue;
    const fits = (type: string): boolean =>
      told.has(type) || (type === 'types.GeneratorType' && ofGenerators.some((one) => told.has(one)));
    both += 1;
    if (known.every(fits)) agree += 1;
  }
  return [both, agree];
}

/** `npm run bench -- pyreturns TYPESHED`: what sources are seen to return beside what typeshed declares, and what parsing takes. */
export async function run(): Promise<void> {
  const [, , , typeshed] = process.argv;
  if (typeshed === undefined) {
    console.log('name a checkout of typeshed: npm run bench -- pyreturns ./typeshed');
    return;
  }
  const ask =
    'import os, sys; print(os.path.dirname(os.__file__), *sys.version_info[:2], *sys.stdlib_module_names)';
  const [folder = '', major, minor, ...names] = execFileSync('python3', ['-c', ask], { encoding: 'utf8' })
    .trim()
    .split(' ');
  const only = names.flatMap((name) => [name, `${name}.py`]);
  const version = [Number(major), Number(minor)] as const;
  const say = (): void => {};
  const begun = performance.now();
  const stubs = await readStubs({ folder: typeshed, version, say });
  const parsed = performance.now();
  const sources = await readSources({ key: 'stdlib', trees: [{ folder, only }], version, say });
  const read = performance.now();
  const declaring = stubs.get('stub_builtin3')?.[0] ?? { isStandard: true, modules: [] };
  const seen = sourceReturns(sources.get('stdlib')?.[0] ?? { isStandard: false, modules: [] });
  const worked = performance.now();
  const declared = stubReturns(declaring);
  const classes = new Set([
    none,
    ...declaring.modules.flatMap(({ module, body }) => classesOf(module, body)),
  ]);
  const [both, agree] = agreement(seen, declared, classes);
  const ms = (from: number, to: number): string => `${Math.round(to - from)} ms`;
  console.log(
    `stubs parsed in ${ms(begun, parsed)}, sources in ${ms(parsed, read)}, looked at in ${ms(read, worked)}`,
  );
  console.log(`${seen.size} functions are seen to return something, typeshed declares ${declared.size}`);
  console.log(`of ${both} that both tell, ${agree} agree (${((100 * agree) / both).toFixed(1)} %)`);
}
