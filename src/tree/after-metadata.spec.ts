import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkKit, type MasterFacts } from './after-metadata.ts';
import { KitFiles } from './kit-files.ts';

const nothing: MasterFacts = {
  categories: new Set(['app-misc']),
  eclasses: new Map(),
  licenses: new Set(['MIT']),
  implicitFlags: new Set(),
};

function kit(more: Readonly<Record<string, string>> = {}) {
  const files = new KitFiles();
  const ebuild = 'EAPI=8\n';
  const digest = createHash('md5').update(ebuild).digest('hex');
  const said = ['DEFINED_PHASES=-', 'DESCRIPTION=d', 'EAPI=8', 'HOMEPAGE=https://a.example', 'LICENSE=MIT'];
  const entry = [...said, 'RDEPEND=m68k? ( app-misc/b )', 'SLOT=0', `_md5_=${digest}`, ''].join('\n');
  files.putText('app-misc/a/a-1.ebuild', ebuild);
  files.putText('metadata/md5-cache/app-misc/a-1', entry);
  files.putText('metadata/layout.conf', 'masters =\nthin-manifests = true\n');
  files.putText('profiles/repo_name', 'a-kit\n');
  for (const [path, text] of Object.entries(more)) files.putText(path, text);
  return files.tree();
}

const codes = (...input: Parameters<typeof checkKit>): readonly string[] =>
  checkKit(...input).map(({ code }) => code);

describe('checkKit', () => {
  it('takes architectures of the kit and of its masters for flags of every package', () => {
    expect(codes(kit(), nothing)).toEqual(['PMS032']);
    expect(codes(kit(), { ...nothing, implicitFlags: new Set(['m68k']) })).toEqual([]);
    expect(codes(kit({ 'profiles/arch.list': '# all\namd64\nm68k\n' }), nothing)).toEqual([]);
  });
});
