import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf, Kit, outcomes, push, pushWith, tarball, Upstream } from './kit.ts';

describe('builds', () => {
  it('31: the template sees artifacts by USE flag, and attributes of each', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const [a, b] = ['a-1.tar.gz', 'b.bin'].map((name) => upstream.serve(`/${name}`, tarball('x', name)));
    kit.autogen(
      'app-misc/foo',
      `  const [a, b] = ['${a}', '${b}'].map((url) => hub.artifact({ url }));\n` +
        push(`version: '1.0', artifacts: { global: [a!], test: b! }`),
      'SRC_URI="\n{{src_uri_with_use}}\n"\n{% for f in artifacts["global"] %}{{f.final_name}} {{f.size}} {{f.hash("sha256")}}{% endfor %}',
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo-1.0', 'written']]);
    const bytes = tarball('x', 'a-1.tar.gz');
    expect(kit.read('app-misc/foo/foo-1.0.ebuild')).toBe(
      `SRC_URI="\n${a} -> a-1.tar.gz\ntest? ( ${b} -> b.bin )\n"\na-1.tar.gz ${bytes.byteLength} ${hashOf('sha256', bytes)}\n`,
    );
  });

  it('32: revisions are a number, its digits, or one for each version', async () => {
    const kit = new Kit();
    const cases = ['2', `{ '1.0': 2 }`, `'0'`, `{ '2.0': 1 }`];
    for (const [at, revision] of cases.entries()) {
      kit.autogen(`app-misc/p${'abcd'[at]}`, push(`version: '1.0', revision: ${revision}`), 'EAPI=8\n');
    }
    await kit.run();
    const ebuilds = ['pa', 'pb', 'pc', 'pd'].map((name) =>
      kit.names(`app-misc/${name}`).find((file) => file.endsWith('.ebuild')),
    );
    expect(ebuilds).toEqual(['pa-1.0-r2.ebuild', 'pb-1.0-r2.ebuild', 'pc-1.0.ebuild', 'pd-1.0.ebuild']);
  });

  it('33: lines of a Manifest that other ebuilds need stay, others go', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/foo-2.0.tar.gz', tarball('x', 'y'));
    const hashes = `BLAKE2B ${'a'.repeat(128)} SHA512 ${'b'.repeat(128)}`;
    kit.write('app-misc/foo/foo-1.0.ebuild', 'EAPI=8\nSRC_URI="https://example.org/$P.tar.xz"\n');
    kit.write('app-misc/foo/Manifest', `DIST foo-1.0.tar.xz 5 ${hashes}\nDIST gone-0.1.tar.xz 5 ${hashes}\n`);
    kit.autogen('app-misc/foo', push(`version: '2.0', artifacts: [hub.artifact({ url: '${url}' })]`));
    await kit.run();
    const names = kit
      .read('app-misc/foo/Manifest')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[1]);
    expect(names).toEqual(['foo-1.0.tar.xz', 'foo-2.0.tar.gz']);
    expect(kit.read('app-misc/foo/Manifest')).toContain(`DIST foo-1.0.tar.xz 5 ${hashes}\n`);
  });

  it('36: a template that fails leaves no file, and the one that was there as it is', async () => {
    const kit = new Kit();
    kit.write('app-misc/foo/foo-1.0.ebuild', 'old');
    kit.autogen('app-misc/foo', push(`version: '1.0'`), 'EAPI=8\n{{ x.y }}\n');
    kit.autogen('app-misc/new', push(`version: '1.0'`), 'EAPI=8\n{{ x.y }}\n');
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['app-misc/foo', 'failed', 'TPL002'],
      ['app-misc/new', 'failed', 'TPL002'],
    ]);
    expect(report.packages[0]?.problem?.place).toMatchObject({
      file: join(kit.root, 'app-misc/foo/templates/foo.tmpl'),
      line: 2,
    });
    expect(kit.read('app-misc/foo/foo-1.0.ebuild')).toBe('old');
    expect(kit.names('app-misc/new')).toEqual(['autogen.ts', 'templates']);
  });

  it('37: an artifact that is not there is asked for once, and no ebuild is made', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    kit.autogen('app-misc/foo', pushWith(`${upstream.address}/no.tar.gz`));
    const report = await kit.run();
    expect(outcomes(report)).toEqual([['app-misc/foo', 'failed', 'FET004']]);
    expect(report.packages[0]?.problem?.what).toContain('/no.tar.gz');
    expect(`${report.packages[0]?.problem?.what} ${report.packages[0]?.problem?.why}`).toContain('404');
    expect(upstream.asked).toEqual(['/no.tar.gz']);
    expect(kit.names('app-misc/foo')).toEqual(['autogen.ts', 'templates']);
  });

  it('38: two packages that share a damaged archive both fail after one request, and nothing is left', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/bad.tar.gz', 'this is no archive');
    for (const name of ['one', 'two']) {
      kit.autogen(`app-misc/${name}`, pushWith(url));
    }
    expect(outcomes(await kit.run())).toEqual([
      ['app-misc/one', 'failed', 'FPL004'],
      ['app-misc/two', 'failed', 'FPL004'],
    ]);
    expect(upstream.asked).toEqual(['/bad.tar.gz']);
    const temporary = join(kit.workspace, 'tmp');
    const files = readdirSync(temporary, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.map(({ name }) => name)).toEqual([]);
  });

  it('39: a good one is asked for once in all runs, and a second run needs no server', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/good.tar.gz', tarball('x', 'y'));
    for (const name of ['one', 'two']) {
      kit.autogen(`app-misc/${name}`, pushWith(url));
    }
    await kit.run();
    expect(upstream.asked).toEqual(['/good.tar.gz']);
    const before = readFileSync(join(kit.root, 'app-misc/one/Manifest'), 'utf8');
    await upstream.stop();
    expect(outcomes(await kit.run())).toEqual([
      ['app-misc/one-1.0', 'unchanged'],
      ['app-misc/two-1.0', 'unchanged'],
    ]);
    expect(kit.read('app-misc/one/Manifest')).toBe(before);
  });

  it('46: other bytes than expected are refused and not kept', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/a.bin', 'abc');
    kit.autogen(
      'app-misc/foo',
      push(
        `version: '1.0', artifacts: [hub.artifact({ url: '${url}', expectHashes: { sha256: '${hashOf('sha256', 'abd')}' } })]`,
      ),
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo', 'failed', 'FPL003']]);
    kit.autogen(
      'app-misc/foo',
      push(
        `version: '1.0', artifacts: [{ url: '${url}', expectHashes: { sha256: '${hashOf('sha256', 'abc')}' }, expectSize: 3 }]`,
      ),
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo-1.0', 'written']]);
  });

  it('refuses one name for different files in one package, and remarks on it between packages', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const [a = '', b = ''] = ['a', 'b'].map((name) => upstream.serve(`/${name}/src.bin`, name));
    kit.autogen(
      'app-misc/foo',
      pushWith(a) + push(`version: '2.0', artifacts: [hub.artifact({ url: '${b}' })]`),
    );
    kit.autogen('app-misc/ok', pushWith(a));
    kit.autogen('app-misc/other', pushWith(b));
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['app-misc/foo', 'failed', 'PMS012'],
      ['app-misc/ok-1.0', 'written'],
      ['app-misc/other-1.0', 'written'],
    ]);
    expect(report.problems.map(({ code }) => code)).toEqual(['AGN025']);
  });

  it('remarks on builds that are not pushed, artifacts that are not mentioned, archives that Portage does not unpack', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/foo-1.0.bin', 'x');
    kit.autogen('app-misc/foo', pushWith(url), 'EAPI=8\n');
    kit.autogen('app-misc/bar', pushWith(url), 'SRC_URI="https://x/foo-$PV.bin"\n');
    kit.autogen('app-misc/baz', `  hub.breezyBuild({ ...pkg, version: '1.0' });`);
    kit.autogen(
      'app-misc/zst',
      `  const archive = await hub.Archive.getOrCreate('z-1.tar.zst', { topDirectory: 'z' }, ({ topPath }) => writeFileSync(topPath + '/a', 'b'));\n` +
        push(`version: '1.0', artifacts: [archive]`),
    );
    const remarks = (await kit.run()).packages.map(({ label, remarks }) => [
      label,
      remarks.map(({ code }) => code),
    ]);
    expect(remarks).toEqual([
      ['app-misc/bar-1.0', []],
      ['app-misc/baz', ['AGN019']],
      ['app-misc/foo-1.0', ['AGN020']],
      ['app-misc/zst-1.0', ['AGN021']],
    ]);
  });

  it('refuses what Portage would not see, with a code for each', async () => {
    const kit = new Kit();
    const cases: readonly (readonly [string, string])[] = [
      ['', 'AGN010'],
      [`version: '1.2.'`, 'PMS001'],
      [`version: 'latest'`, 'PMS001'],
      [`version: '1.0', name: 'foo-1.0'`, 'AGN009'],
      [`version: '1.0', cat: ''`, 'AGN009'],
      [`version: '1.0', revision: 'two'`, 'PMS002'],
      [`version: '1.0', template: 'no.tmpl'`, 'AGN018'],
      [`version: '1.0', template: '../../secret'`, 'AGN018'],
      [`version: '1.0', artifacts: ['x' as never]`, 'AGN035'],
      [`version: '1.0', artifacts: [{ url: 'ftp://example.org/x' }]`, 'AGN016'],
      [`version: '1.0', template_text: '{{ 1 + }}'`, 'TPL001'],
    ];
    kit.write('app-misc/secret', 'text');
    for (const [at, [keywords]] of cases.entries())
      kit.autogen(`app-misc/p${'abcdefghijk'[at]}`, push(keywords));
    const codes = (await kit.run()).packages.map(({ problem }) => problem?.code);
    expect(codes).toEqual(cases.map(([, code]) => code));
  });
});
