import { applyVersion, rewriteForTag } from '../src/upstream/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

const version = '98765.4';

export const target: FuzzTarget = {
  name: 'apply-version',
  check(input) {
    const pkgbuild = asText(input);
    const srcinfo = 'pkgbase = foo\n\tpkgver = 1.0\n\tpkgrel = 2\n\tarch = any\n\npkgname = foo\n';
    const recipe = { pkgbase: 'foo', pkgbuild, srcinfo };
    const applied = applyVersion(recipe, { version, revision: 'abc' });
    if (applied.kind === 'rewritten') {
      const again = applyVersion(
        { pkgbase: 'foo', pkgbuild: applied.pkgbuild, srcinfo: undefined },
        { version },
      );
      must(again.kind === 'unchanged', 'what was written is read as that version');
    }
    const tag = { name: version, commit: 'abcdef', baseUrl: 'https://gitlab.com', project: 'g/demo' };
    const tagged = rewriteForTag(recipe, tag);
    if (tagged.kind !== 'rewritten') return;
    must(tagged.pkgbuild.includes(`_commit='abcdef'`), 'the commit is written');
    const twice = rewriteForTag({ pkgbase: 'foo', pkgbuild: tagged.pkgbuild, srcinfo }, tag);
    must(
      twice.kind !== 'rewritten' || twice.pkgbuild.trimEnd() === tagged.pkgbuild.trimEnd(),
      'writing the same tag changes nothing',
    );
  },
};
