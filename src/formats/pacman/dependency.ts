import { compareVersions } from './version.ts';

export type DependencyOperator = '<' | '<=' | '=' | '>=' | '>';

/** A dependency expression (PKGBUILD(5), `depends`, `provides`, `optdepends`). */
export interface Dependency {
  /** A package name, or a library such as `libfoo.so`. */
  readonly name: string;
  readonly operator?: DependencyOperator;
  /** Present exactly when `operator` is; for a library `1-64` (soname version and ELF class). */
  readonly version?: string;
  /** Of an optional dependency: what it is good for. */
  readonly description?: string;
  /** As it was written. */
  readonly text: string;
}

/**
 * Takes an expression apart with libalpm's rules: a description follows the first `: `; of the operators a `<`
 * is looked for first, then `>`, then `=`. Any text gives a dependency.
 */
export function parseDependency(text: string): Dependency {
  const colon = text.indexOf(': ');
  const expression = colon < 0 ? text : text.slice(0, colon);
  const described = colon < 0 ? {} : { description: text.slice(colon + 2) };
  for (const sign of ['<', '>', '='] as const) {
    const at = expression.indexOf(sign);
    if (at < 0) continue;
    const operator = sign !== '=' && expression[at + 1] === '=' ? (`${sign}=` as const) : sign;
    const version = expression.slice(at + operator.length);
    return { name: expression.slice(0, at), operator, version, ...described, text };
  }
  return { name: expression, ...described, text };
}

/** The expression without what `text` was before: `name`, operator, version and description joined. */
export function formatDependency(dependency: Omit<Dependency, 'text'>): string {
  const described = dependency.description === undefined ? '' : `: ${dependency.description}`;
  return `${dependency.name}${dependency.operator ?? ''}${dependency.version ?? ''}${described}`;
}

/**
 * Whether something of the right name that is offered at `offeredVersion` meets the dependency. Names are not
 * compared here. An unversioned provide (`undefined`) meets only an unversioned dependency; a dependency that
 * states no pkgrel ignores the offered one.
 */
export function satisfies(
  offeredVersion: string | undefined,
  dependency: Pick<Dependency, 'operator' | 'version'>,
): boolean {
  if (dependency.operator === undefined) return true;
  if (offeredVersion === undefined) return false;
  const order = compareVersions(offeredVersion, dependency.version ?? '');
  switch (dependency.operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
  }
}
