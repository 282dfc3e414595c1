/** A package that can be gone to: the job id is of the first target that has the name. */
export interface NamedPackage {
  readonly name: string;
  readonly id: string;
}

const mostOffered = 20;

/** Packages by name, each name once. */
export function namesOf(
  packages: readonly { readonly target: string; readonly arch: string; readonly name: string }[],
): readonly NamedPackage[] {
  const found = new Map<string, NamedPackage>();
  for (const { target, arch, name } of packages)
    if (!found.has(name)) found.set(name, { name, id: `${target}/${arch}/${name}` });
  return [...found.values()];
}

/** At most twenty packages with a text in their names, those that begin with it before others, short ones first. */
export function bestNames(all: readonly NamedPackage[], text: string): readonly NamedPackage[] {
  const part = text.trim().toLowerCase();
  const place = ({ name }: NamedPackage): number => name.toLowerCase().indexOf(part);
  return all
    .filter((one) => place(one) >= 0)
    .sort(
      (a, b) =>
        Math.sign(place(a)) - Math.sign(place(b)) ||
        a.name.length - b.name.length ||
        (a.name < b.name ? -1 : 1),
    )
    .slice(0, mostOffered);
}
