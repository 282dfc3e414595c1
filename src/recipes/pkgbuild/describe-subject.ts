import { parsePkginfo } from '../../formats/pacman/index.ts';
import type { Artifact, DescribedSubject } from '../../model/index.ts';
import type { PackageFacts } from './package-facts.ts';

/** A package as its `.PKGINFO` describes it, for bills of materials. */
export function describeSubject(artifact: Artifact, facts: Uint8Array): DescribedSubject {
  const { pkginfo: text, fileName } = JSON.parse(Buffer.from(facts).toString('utf8')) as PackageFacts;
  const { pkginfo } = parsePkginfo(text, fileName);
  const { name, version, arch, object } = artifact;
  return {
    ...{ name, version, arch, sha256: object },
    description: pkginfo?.pkgdesc,
    url: pkginfo?.url,
    licenses: pkginfo?.license ?? [],
    depends: pkginfo?.depend ?? artifact.depends,
  };
}
