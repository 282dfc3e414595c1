import { describe, expect, it } from 'vitest';
import { cacheFiles, filesMetadata, type ReadsMetadata } from '../../src/ebuilds/index.ts';
import { md5Of } from '../../src/formats/gentoo/index.ts';
import type { FileTree, TreeFile } from '../../src/host/index.ts';

const plain = (text: string): TreeFile => ({ bytes: Buffer.from(text), mode: '100644' });
const link = (to: string): TreeFile => ({ bytes: Buffer.from(to), mode: '120000' });
const tree = (files: Readonly<Record<string, TreeFile>>): FileTree => new Map(Object.entries(files));

const ebuild = 'EAPI=8\nDESCRIPTION="d"\nSLOT="0"\ninherit two\n';
const eclass = '# of the master\n';
const entry = `DEFINED_PHASES=-\nDESCRIPTION=d\nEAPI=8\nSLOT=0\n_eclasses_=two\t${md5Of(Buffer.from(eclass))}\n_md5_=${md5Of(Buffer.from(ebuild))}\n`;

/** Notes what it is asked to read, and finds nothing. */
function recorder(): { readonly by: ReadsMetadata; readonly asked: string[]; readonly eclasses: string[] } {
  const asked: string[] = [];
  const eclasses: string[] = [];
  const by: ReadsMetadata = async (wish) => {
    asked.push(...wish.ebuilds.map(({ path, bytes }) => `${path} ${Buffer.from(bytes).toString()}`));
    eclasses.push(...[...wish.eclasses.values()].map(({ path }) => path));
    for (const one of wish.ebuilds) wish.onMetadata({ ebuild: one, entry: undefined, problems: [] });
  };
  return { by, asked, eclasses };
}

describe('metadata of files in memory', () => {
  const masters = [
    { name: 'one', files: tree({ 'eclass/two.eclass': plain('# older\n') }) },
    { name: 'core', files: tree({ 'eclass/two.eclass': plain(eclass) }) },
  ];
  const files = tree({
    'app-misc/foo/foo-1.ebuild': plain(ebuild),
    'app-misc/foo/foo-2.ebuild': link('foo-1.ebuild'),
    'app-misc/foo/foo-3.ebuild': link('../../../elsewhere'),
    'app-misc/foo/bar-1.ebuild': plain(ebuild),
    'metadata/x/x-1.ebuild': plain(ebuild),
  });

  it('are kept as long as ebuild and eclasses are the same, those of later masters first', async () => {
    const { by, asked } = recorder();
    const known = tree({
      'metadata/md5-cache/app-misc/foo-1': plain(entry),
      'metadata/md5-cache/app-misc/foo-2': plain(entry),
    });
    const found = await filesMetadata({ tree: { name: 'kit', files }, masters, known, by });
    expect(asked).toEqual([]);
    expect(found.rows.map(({ ebuild: { id }, origin }) => `${id} ${origin}`)).toEqual([
      'app-misc/foo-1 kept',
      'app-misc/foo-2 kept',
    ]);
    expect(cacheFiles(found)).toEqual(
      new Map([
        ['metadata/md5-cache/app-misc/foo-1', entry],
        ['metadata/md5-cache/app-misc/foo-2', entry],
      ]),
    );
  });

  it('are read anew otherwise, links followed, and files that are no ebuilds of their folder are told of', async () => {
    const { by, asked, eclasses } = recorder();
    const known = tree({ 'metadata/md5-cache/app-misc/foo-1': plain(entry.replace('SLOT=0', 'SLOT= 0')) });
    const found = await filesMetadata({ tree: { name: 'kit', files }, masters, known, by });
    expect(asked).toEqual([`app-misc/foo/foo-1.ebuild ${ebuild}`, `app-misc/foo/foo-2.ebuild ${ebuild}`]);
    expect(eclasses).toEqual(['core/eclass/two.eclass']);
    expect(found.problems.map(({ code, place }) => `${code} ${place?.file}`)).toEqual([
      'PMS051 app-misc/foo/bar-1.ebuild',
      'PMS051 app-misc/foo/foo-3.ebuild',
    ]);
    expect(cacheFiles(found).size).toBe(0);
  });
});
