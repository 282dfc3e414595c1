/** What names a package of pacman anywhere in the world. */
export interface NamedPackage {
  readonly name: string;
  /** Undefined: whichever version. */
  readonly version?: string | undefined;
  readonly arch?: string | undefined;
}

/** Signs that a package URL writes as they are; all others are percent-encoded. */
const encode = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');

/** The package URL (purl, type `alpm`) of a package: `pkg:alpm/arch/nib@1:2.0-1?arch=x86_64`. */
export function packageUrl({ name, version, arch }: NamedPackage): string {
  const at = version === undefined ? '' : `@${encode(version)}`;
  const qualifiers = arch === undefined ? '' : `?arch=${encode(arch)}`;
  return `pkg:alpm/arch/${encode(name.toLowerCase())}${at}${qualifiers}`;
}
