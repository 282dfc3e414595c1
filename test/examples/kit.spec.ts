import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/formats/gentoo/index.ts';
import { demo, scratch } from './demo.ts';

describe('packmill demo kit', () => {
  it('regenerates the kit, finds nothing to do the second time, and changes one package after a release', () => {
    const folder = scratch();
    const { status, stdout, stderr } = demo('kit', folder);
    expect(status, stderr).toBe(0);
    const summaries = [...stdout.matchAll(/^packages: .*$/gm)].map(([line]) => line);
    expect(summaries).toEqual([
      'packages: 6 written; 6 ebuilds',
      'packages: 6 unchanged; 6 ebuilds',
      'packages: 1 written, 5 unchanged; 6 ebuilds',
    ]);
    expect(stdout).toContain('nothing to do: no file changed, and the upstream was asked for nothing');
    const kit = join(folder, 'stationery-kit');
    const ebuilds = (path: string): string[] =>
      readdirSync(join(kit, path))
        .filter((name) => name.endsWith('.ebuild'))
        .sort();
    expect(ebuilds('dev-libs/libquill')).toEqual(['libquill-1.9.ebuild', 'libquill-2.0.ebuild']);
    expect(ebuilds('app-office/inkwell')).toEqual(['inkwell-1.10.ebuild', 'inkwell-1.11.ebuild']);
    expect(ebuilds('app-office/blotter')).toEqual(['blotter-1.0.ebuild']);
    expect(existsSync(join(kit, 'app-office/blotter/Manifest'))).toBe(false);
  });

  it('leaves ebuilds that Bash can read, with Manifests for every distfile, archives included', () => {
    const folder = scratch();
    expect(demo('kit', folder).status).toBe(0);
    const kit = join(folder, 'stationery-kit');
    for (const path of [
      'app-office/inkwell/inkwell-1.11',
      'app-office/paper-patterns/paper-patterns-2.1',
      'app-office/parchment/parchment-1.0',
      'dev-libs/libquill/libquill-2.0',
    ]) {
      const script = 'inherit() { :; }; source "$1"; printf "%s\\n" "$EAPI" "$DESCRIPTION" "$SRC_URI"';
      const read = spawnSync('bash', ['-euc', script, 'bash', join(kit, `${path}.ebuild`)], {
        encoding: 'utf8',
      });
      expect(read.status, read.stderr).toBe(0);
      const [eapi, description, ...uris] = read.stdout.split('\n');
      expect([eapi, description?.length]).toEqual(['8', expect.any(Number)]);
      const words = uris.join(' ').split(/\s+/).filter(Boolean);
      const name = words.length === 1 ? words[0]?.split('/').at(-1) : words.at(-1);
      const { manifest, problems } = parseManifest(
        readFileSync(join(kit, path, '..', 'Manifest'), 'utf8'),
        'Manifest',
      );
      expect(problems).toEqual([]);
      expect(manifest.entries.filter(({ type }) => type === 'DIST').map((one) => one.name)).toContain(name);
    }
  });

  it('touches no folder that holds something, and knows its demos', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'mine'), 'text');
    const refused = demo('kit', folder);
    expect([refused.status, refused.stderr]).toEqual([1, `demo: '${folder}' is not empty\n`]);
    expect(readdirSync(folder)).toEqual(['mine']);
    const unknown = demo('kits');
    expect([unknown.status, unknown.stderr.includes("there is no demo 'kits'")]).toEqual([2, true]);
  });
});
