// A combination that is asked for, built by the real Portage in the real sandbox, and made an ebuild of.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EbinRequestView } from '../../src/api/index.ts';
import { stayOnDisk } from '../quick-folder.ts';
import { ServiceFixture } from '../service/service-fixture.ts';
import { checkout, sourceRepository } from './portage-lab.ts';

const ebuild = `EAPI=8
DESCRIPTION="a package of tests"
HOMEPAGE="https://example.org"
LICENSE="GPL-2"
SLOT="0"
KEYWORDS="amd64"
IUSE="alpha +beta"
S="\${WORKDIR}"
src_install() {
	echo "alpha: $(usex alpha) beta: $(usex beta)" > text || die
	insinto /usr/share/real
	doins text
}
`;

const features =
  '-sandbox -usersandbox -userpriv -userfetch -network-sandbox -ipc-sandbox -pid-sandbox -news -merge-sync -usersync';
const wrapper = `#!/bin/bash
export PATH=/opt/tools:/opt/portage/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PORTAGE_USERNAME=root PORTAGE_GRPNAME=root
export PORTAGE_REPOSITORIES=$'[DEFAULT]\\nmain-repo = tryrepo\\n[tryrepo]\\nlocation = /var/db/repos/tryrepo\\nauto-sync = no\\n'
exec /opt/portage/bin/emerge "$@"
`;

/** This machine's programs, and Portage set up among them. Files are other names of those of the machine where that is possible. */
function makeRoot(root: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(join(root, 'usr'), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64', 'libexec'].filter((one) => existsSync(`/usr/${one}`)))
    execFileSync('cp', ['-a', '--link', `/usr/${name}`, join(root, 'usr')]);
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  for (const name of [
    'dev',
    'proc',
    'tmp',
    'root',
    'var/tmp',
    'var/cache',
    'var/db/pkg',
    'var/lib/portage',
    'opt/tools',
    'run',
  ])
    mkdirSync(join(root, name), { recursive: true });
  for (const [path, text] of Object.entries(sourceRepository)) write(`var/db/repos/tryrepo/${path}`, text);
  write('var/db/repos/tryrepo/app-misc/real/real-1.0.ebuild', ebuild);
  write('etc/portage/make.conf', `FEATURES="${features}"\nACCEPT_LICENSE="*"\nGENTOO_MIRRORS=""\n`);
  mkdirSync(join(root, 'etc/portage/package.use'));
  symlinkSync('/var/db/repos/tryrepo/profiles/base', join(root, 'etc/portage/make.profile'));
  for (const name of ['passwd', 'group', 'nsswitch.conf', 'ld.so.cache'])
    if (existsSync(`/etc/${name}`)) copyFileSync(`/etc/${name}`, join(root, 'etc', name));
  if (existsSync('/etc/alternatives'))
    cpSync('/etc/alternatives', join(root, 'etc/alternatives'), { recursive: true, verbatimSymlinks: true });
  cpSync(checkout ?? '', join(root, 'opt/portage'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('/.git'),
  });
  write('opt/portage/.portage_not_installed', '');
  for (const name of ['python', 'python3']) symlinkSync('/usr/bin/python3', join(root, 'opt/tools', name));
  symlinkSync('/usr/bin/tar', join(root, 'opt/tools/gtar'));
  const more = process.env['PACKMILL_PORTAGE_TOOLS'];
  for (const name of more === undefined ? [] : readdirSync(more))
    copyFileSync(join(more ?? '', name), join(root, 'opt/tools', name));
  write('usr/bin/emerge', wrapper);
  chmodSync(join(root, 'usr/bin/emerge'), 0o755);
}

describe.skipIf(checkout === undefined)(
  'a combination that is asked for and Portage (set PACKMILL_PORTAGE to a checkout to run this)',
  () => {
    let farm: ServiceFixture;
    let pkgdir = '';

    beforeAll(async () => {
      // the root has other names of the files of /usr
      stayOnDisk();
      farm = await ServiceFixture.make();
      pkgdir = join(farm.folder, 'pkgdir');
      const root = join(farm.folder, 'root');
      makeRoot(root);
      mkdirSync(pkgdir);
      writeFileSync(join(pkgdir, 'Packages'), 'ARCH: amd64\nVERSION: 0\n\n');
      const settings = `repository: demo
sandbox: { network: full, gentoo-root: ${root} }
recipe-sources: { binpkgs: { url: ${pkgdir}, kind: ebins, target: ebins } }
targets: { ebins: { kind: ebins } }
`;
      writeFileSync(join(farm.farm, 'packmill.yaml'), settings);
      await farm.up(1);
    }, 240_000);
    afterAll(async () => {
      await farm.dispose();
    });

    async function ended(id: number): Promise<EbinRequestView> {
      for (;;) {
        const views = await farm.json<EbinRequestView[]>('/api/ebin-requests');
        const found = views.find((one) => one.id === id);
        if (found && ['there', 'failed'].includes(found.state)) return found;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }

    it('is built by emerge with these flags, lands in PKGDIR and is what the ebuild offers then', async () => {
      await farm.do('ebin', 'request', 'app-misc/real', 'alpha');
      const first = await ended(1);
      expect([first.state, first.reason]).toEqual(['there', null]);
      await farm.do('ebin', 'request', 'app-misc/real', '--', '-alpha');
      const second = await ended(2);
      expect([second.state, second.package]).toEqual(['there', 'app-misc/real-1.0']);
      expect(second.use).toEqual(['-alpha', 'beta']);
      expect(readdirSync(join(pkgdir, 'app-misc/real')).sort()).toEqual([
        'real-1.0-1.gpkg.tar',
        'real-1.0-2.gpkg.tar',
      ]);
      const text = readFileSync(join(farm.farm, 'public/ebins/tree/app-misc/real/real-1.0.ebuild'), 'utf8');
      expect(text).toContain('alpha? (');
      expect(await farm.do('repo', 'verify', 'ebins')).toContain(': good');
      expect(await farm.log('app-misc/real-1.0.request-2')).toContain('>>> Emerging');
    }, 240_000);
  },
);
