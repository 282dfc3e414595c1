import { isUseFlagName } from './names.ts';

/**
 * What an atom wants of a flag of its package (PMS 8.3.4). With own flag `f`: `[f]` enabled, `[-f]` disabled, `[f=]` same,
 * `[!f=]` opposite, `[f?]` enabled-if (when our own is), `[!f?]` disabled-if-not (when our own is not).
 */
export type UseDependencyKind =
  | 'enabled'
  | 'disabled'
  | 'same'
  | 'opposite'
  | 'enabled-if'
  | 'disabled-if-not';

export interface UseDependency {
  readonly flag: string;
  readonly kind: UseDependencyKind;
  /** What counts when the package does not know the flag: `(+)` enabled, `(-)` disabled. */
  readonly default?: '+' | '-';
}

const kinds: Readonly<Record<string, UseDependencyKind>> = {
  '': 'enabled',
  '-': 'disabled',
  '=': 'same',
  '!=': 'opposite',
  '?': 'enabled-if',
  '!?': 'disabled-if-not',
};

const around: Readonly<Record<UseDependencyKind, readonly [string, string]>> = {
  enabled: ['', ''],
  disabled: ['-', ''],
  same: ['', '='],
  opposite: ['!', '='],
  'enabled-if': ['', '?'],
  'disabled-if-not': ['!', '?'],
};

/** Reads one part of `[...]`; undefined when it is none. */
export function parseUseDependency(text: string): UseDependency | undefined {
  const match = /^([-!]?)([^-!()?=,[\]\s][^!()?=,[\]\s]*)(?:\(([+-])\))?([?=]?)$/.exec(text);
  if (!match) return undefined;
  const [, sign = '', flag = '', fallback, end = ''] = match;
  const kind = kinds[sign + end];
  if (!kind || !isUseFlagName(flag)) return undefined;
  return { flag, kind, ...(fallback ? { default: fallback as '+' | '-' } : {}) };
}

/** The part as text, without brackets. */
export function formatUseDependency({ flag, kind, default: fallback }: UseDependency): string {
  const [before, behind] = around[kind];
  return `${before}${flag}${fallback ? `(${fallback})` : ''}${behind}`;
}

/**
 * The same for a dependent whose flags are known: only `enabled` and `disabled` remain; undefined when nothing is wanted
 * of the flag under these flags.
 */
export function settleUseDependency(
  dependency: UseDependency,
  ownFlags: ReadonlySet<string>,
): UseDependency | undefined {
  const own = ownFlags.has(dependency.flag);
  const settled = (isEnabled: boolean): UseDependency => ({
    ...dependency,
    kind: isEnabled ? 'enabled' : 'disabled',
  });
  switch (dependency.kind) {
    case 'enabled':
    case 'disabled':
      return dependency;
    case 'same':
      return settled(own);
    case 'opposite':
      return settled(!own);
    case 'enabled-if':
      return own ? settled(true) : undefined;
    case 'disabled-if-not':
      return own ? undefined : settled(false);
  }
}
