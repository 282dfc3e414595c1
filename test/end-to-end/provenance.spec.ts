import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvelope, readStatement, signedBytes, statementFlaws } from '../../src/provenance/index.ts';
import { stayOnDisk } from '../quick-folder.ts';
import { unchecked } from '../unchecked-recipe.ts';
import { FarmFixture, parse, type Ran, simpleRecipe } from './farm-fixture.ts';

stayOnDisk();

interface Verdict {
  readonly verdict: string;
  readonly missing: readonly string[];
  readonly differences: readonly { path: string; lines: readonly string[] }[];
}

interface Bill {
  readonly metadata: { component: { purl: string } };
  readonly components: readonly {
    name: string;
    purl?: string;
    scope: string;
    hashes?: readonly { content: string }[];
  }[];
  readonly dependencies: readonly { ref: string; dependsOn?: readonly string[] }[];
}

/** A program that bears the time of its build, from a source that has to be fetched, against a library of the farm. */
const clock = (source: string): Record<string, string> => ({
  PKGBUILD: `pkgname=clock
pkgver=1
pkgrel=1
arch=(x86_64)
license=(MIT)
depends=(libtick glibc)
makedepends=(pins)
source=("clock.c::file://${source}")
sha256sums=(SKIP)
${unchecked}
build() { gcc -o clock clock.c -ltick; hostname > about; date -d @0 >> about; pwd >> about; umask >> about; }
package() {
  install -Dm755 clock "$pkgdir/usr/bin/clock"
  install -Dm644 about "$pkgdir/usr/share/clock/about"
}
`,
});

const library = {
  PKGBUILD: `pkgname=libtick
pkgver=1.0
pkgrel=1
arch=(x86_64)
license=(MIT)
source=(tick.c)
sha256sums=(SKIP)
${unchecked}
build() { gcc -shared -fPIC -Wl,-soname,libtick.so.1 -o libtick.so.1 tick.c; }
package() { install -Dm755 libtick.so.1 "$pkgdir/usr/lib/libtick.so.1"; ln -s libtick.so.1 "$pkgdir/usr/lib/libtick.so"; }
`,
  'tick.c': 'int tick(void) { return 42; }\n',
};

const dice = {
  PKGBUILD: `pkgname=dice
pkgver=1
pkgrel=1
arch=(any)
license=(MIT)
${unchecked}
package() {
  mkdir -p "$pkgdir/usr/share/dice"
  head -c 16 /dev/urandom | od -An -tx1 > "$pkgdir/usr/share/dice/throw"
  echo steady > "$pkgdir/usr/share/dice/rules"
}
`,
};

/** Of the example recipes: a split program in C, and what it needs. */
const examples = ['libquill', 'inkwell', 'scribe', 'nib'];

describe('how packages were made', () => {
  const fixture = new FarmFixture();
  const origin = join(fixture.folder, 'upstream');
  const published = join(fixture.farm, 'public', 'farm', 'x86_64');
  const clockFile = 'clock-1-1-x86_64.pkg.tar.zst';
  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.configure(`sources:\n  local: [${origin}]\nstore:\n  grace-days: 0`);
    mkdirSync(origin);
    writeFileSync(
      join(origin, 'clock.c'),
      'int tick(void);\nconst char *at = __DATE__ __TIME__;\nint main(void) { return tick() - 42 + !*at; }\n',
    );
    fixture.writeRecipe('libtick', library);
    fixture.writeRecipe('pins', simpleRecipe('pins'));
    fixture.writeRecipe('clock', clock(join(origin, 'clock.c')));
    fixture.writeRecipe('dice', dice);
    for (const name of examples) {
      const folder = fixture.copyRecipe(`examples/pkgbuilds/${name}`);
      appendFileSync(join(folder, 'PKGBUILD'), `${unchecked}\n`);
      rmSync(join(folder, '.SRCINFO'));
    }
    const { ran } = await fixture.build(fixture.recipes);
    expect(ran.code, ran.stderr).toBe(0);
  });
  afterAll(() => fixture.remove());

  const text = (name: string): string => readFileSync(join(published, name), 'utf8');
  const verify = async (name: string): Promise<{ ran: Ran; verdict: Verdict }> => {
    const ran = await fixture.run('--json', 'verify-build', name);
    return { ran, verdict: parse<Verdict>(ran) };
  };

  it('stands beside each published package, in a statement that GnuPG finds to be signed by the key of the farm', () => {
    const envelope = readEnvelope(text(`${clockFile}.provenance.json`), clockFile);
    const [signature] = envelope.signatures;
    const message = join(fixture.folder, 'message');
    writeFileSync(message, signedBytes(envelope.payloadType, envelope.payload));
    writeFileSync(`${message}.sig`, signature?.signature ?? '');
    const home = join(fixture.farm, 'keys', 'gnupg');
    const gpg = spawnSync('gpg', [
      '--homedir',
      home,
      '--status-fd',
      '1',
      '--verify',
      `${message}.sig`,
      message,
    ]);
    expect(String(gpg.stdout)).toContain(`VALIDSIG ${signature?.keyid}`);
    const statement = readStatement(envelope.payload, clockFile);
    expect(statementFlaws(statement)).toEqual([]);
    const hash = spawnSync('sha256sum', [join(published, clockFile)])
      .stdout.toString()
      .slice(0, 64);
    expect(statement.subject).toEqual([{ name: clockFile, digest: { sha256: hash } }]);
    const parts = statement.predicate.buildDefinition.resolvedDependencies;
    const source = parts.find(({ annotations }) => annotations?.role === 'source');
    expect(source?.name).toBe('clock.c');
    expect(source?.digest?.sha256).toBe(
      spawnSync('sha256sum', [join(origin, 'clock.c')])
        .stdout.toString()
        .slice(0, 64),
    );
    expect(source?.uri, 'paths of this machine are nobody else’s business').toBeUndefined();
    const roles = parts.map(({ annotations, name }) => `${annotations?.role} ${name}`);
    expect(roles).toContain('dependency libtick-1.0-1-x86_64.pkg.tar.zst');
    expect(roles).toContain('recipe clock.tar');
    expect(roles.filter((role) => role.startsWith('root '))).toHaveLength(1);
  });

  it('has a bill of materials with what the package needs to run and what only its build needed', () => {
    const bill = JSON.parse(text(`${clockFile}.cdx.json`)) as Bill;
    const scopes = Object.fromEntries(bill.components.map(({ name, scope }) => [name, scope]));
    expect(scopes).toEqual({
      'clock.c': 'excluded',
      glibc: 'required',
      libtick: 'required',
      pins: 'excluded',
    });
    const own = bill.dependencies.find(({ ref }) => ref === bill.metadata.component.purl);
    expect(own?.dependsOn).toEqual(['pkg:alpm/arch/glibc', 'pkg:alpm/arch/libtick@1.0-1?arch=x86_64']);
    const refs = new Set(bill.dependencies.map(({ ref }) => ref));
    for (const { dependsOn = [] } of bill.dependencies)
      for (const ref of dependsOn) expect(refs).toContain(ref);
  });

  it('can be checked, also of what it was built with', async () => {
    const ran = await fixture.run('provenance', 'clock', '--verify');
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.stdout).toContain("signed the statement about 'libtick-1.0-1-x86_64.pkg.tar.zst'");
    const repository = await fixture.run('repo', 'verify');
    expect(repository.code, repository.stderr).toBe(0);
  });

  it('is built once more to the same bytes, when its origin and its recipe are gone from where they were', async () => {
    rmSync(join(origin, 'clock.c'));
    rmSync(join(fixture.recipes, 'clock'), { recursive: true });
    // what it takes to build it again is not collected, however often that is tried
    for (const _ of [1, 2]) await fixture.do('store', 'collect');
    const { ran, verdict } = await verify('clock');
    expect(verdict, ran.stderr).toMatchObject({ verdict: 'reproduced', missing: [], differences: [] });
    expect(ran.code).toBe(0);
    expect(await fixture.do('provenance', 'clock')).toContain('built again   reproduced');
    expect(readdirSync(join(fixture.farm, 'verify'))).toEqual([]);
  });

  it.each(['libquill', 'nib'])('is the same for the example %s, built once more', async (name) => {
    const { ran, verdict } = await verify(name);
    expect(verdict, ran.stderr).toMatchObject({ verdict: 'reproduced' });
  });

  it('differs in the one file that a random byte is in, and says so', async () => {
    const before = readdirSync(join(fixture.farm, 'public', 'farm', '.generations', 'x86_64'));
    const { ran, verdict } = await verify('dice');
    expect(ran.code).toBe(1);
    expect(verdict.verdict).toBe('differs');
    const [first] = verdict.differences;
    expect(first?.path).toBe('usr/share/dice/throw');
    expect(first?.lines.some((line) => /^\+ ( [0-9a-f]{2}){16}$/.test(line))).toBe(true);
    const others = verdict.differences.slice(1).map(({ path }) => path);
    expect(
      others.every((path) => path.startsWith('.')),
      others.join(),
    ).toBe(true);
    expect(readdirSync(join(fixture.farm, 'public', 'farm', '.generations', 'x86_64'))).toEqual(before);
  });

  it('cannot be told when a package that it was built with is gone, which is named', async () => {
    const listed = JSON.parse(await fixture.do('--json', 'provenance', 'pins')) as { payload: string };
    const statement = JSON.parse(Buffer.from(listed.payload, 'base64').toString()) as {
      subject: readonly { digest: { sha256: string } }[];
    };
    const object = statement.subject[0]?.digest.sha256 ?? '';
    const path = join(fixture.farm, 'store', 'objects', object.slice(0, 2), object.slice(2));
    expect(existsSync(path), path).toBe(true);
    rmSync(path);
    const { ran, verdict } = await verify('clock');
    expect(ran.code).toBe(1);
    expect(verdict.verdict).toBe('cannot');
    expect(verdict.missing).toEqual([expect.stringContaining("'pins-1.0-1-any.pkg.tar.zst'")]);
  });

  it('is not believed when somebody wrote another statement beside the package', async () => {
    const path = join(published, `${clockFile}.provenance.json`);
    const forged = text(`${clockFile}.provenance.json`).replace('"keyid"', '"keyId"');
    rmSync(path);
    writeFileSync(path, forged);
    const ran = await fixture.run('provenance', 'clock', '--verify');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('BAD   the statement beside the published package is the same');
  });

  it('is not known of packages that this farm did not make', async () => {
    const ran = await fixture.run('provenance', 'nobodys');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('PRV002');
  });
});
