import type { Farm } from '../../src/app/index.ts';
import type { AbiRequirement, AbiToRecord } from '../../src/database/index.ts';
import { encodeSymbolSet } from '../../src/formats/elf/index.ts';
import { attemptId, type Digest } from '../../src/primitives/index.ts';
import type { SeededPackage } from './world.ts';

const machine = 6264;
const verbs = ['open', 'close', 'read', 'write', 'seek', 'init', 'free', 'version'];

/** What a library of the seeded farm exports. */
const symbolsOf = ({ name }: SeededPackage): readonly string[] =>
  verbs.map((verb) => `${name.replaceAll('-', '_')}_${verb}`);

/** Records what the published packages of the seeded world have and take of one another. */
export function seedAbi(farm: Farm, world: readonly SeededPackage[]): void {
  const targets = new Set(world.map(({ target, arch }) => `${target} ${arch}`));
  for (const one of targets) {
    const [target = '', arch = ''] = one.split(' ');
    const known = new Map(
      world.filter((pkg) => pkg.target === target && pkg.arch === arch).map((pkg) => [pkg.name, pkg]),
    );
    for (const { number } of farm.repositories.generations(target, arch)) {
      const records = farm.repositories.members(target, arch, number).flatMap(({ name, version, object }) => {
        const pkg = known.get(name);
        return pkg && object && !farm.database.abi.package(object) ? [recordOf(pkg, version, object)] : [];
      });
      farm.database.abi.record(records);
    }
  }
}

function recordOf(pkg: SeededPackage, version: string, object: Digest): AbiToRecord {
  const { name, soname } = pkg;
  const symbols = symbolsOf(pkg);
  // an old release had one more, which was lost since
  const own = version.length % 2 === 0 ? symbols : [...symbols, `${name.replaceAll('-', '_')}_legacy`];
  return {
    ...{ object, reader: 1, name, base: name, version, payload: undefined, seen: undefined },
    provides: soname ? [{ name: soname, machine, versioned: false, symbols: encodeSymbolSet(own) }] : [],
    needs: pkg.needs.flatMap((need): AbiRequirement[] =>
      need.soname
        ? [{ name: need.soname, machine, symbols: encodeSymbolSet(symbolsOf(need).slice(0, 3)) }]
        : [],
    ),
  };
}

/** A result that is held back: a new build of a library that lost a symbol. */
export function seedRebuild(farm: Farm, library: SeededPackage, atMs: number): number {
  const { name, target, arch, soname = '' } = library;
  const lost = `${name.replaceAll('-', '_')}_open`;
  const because = [{ by: name, name: soname, machine, symbols: [lost] }];
  const detail = {
    // no attempt of the history: its packages would be published or refused
    held: [{ base: name, attempt: attemptId(2 ** 31), packages: [name], version: '9.0.0-1' }],
    libraries: [{ name: soname, machine, package: name, fate: 'lost-symbols', lost: [lost] }],
    rebuild: library.neededBy.slice(0, 3).map((user) => ({
      base: user.name,
      packages: [{ name: user.name, version: '1.0.0-1', becomes: '1.0.0-1.1' }],
      because,
      after: [],
    })),
    asked: [],
  };
  return farm.database.rebuilds.add({
    ...{ target, arch, state: 'waiting', createdMs: atMs },
    detail: JSON.stringify(detail),
  });
}
