/** The EAPIs whose rules are known here; a text that names another one is judged by the newest. */
export type Eapi = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

/** What an EAPI lets dependencies and the like say (PMS, tables of chapter 8 and of 7.3). */
export interface EapiRules {
  readonly slotDependencies: boolean;
  readonly useDependencies: boolean;
  readonly strongBlockers: boolean;
  readonly sourceArrows: boolean;
  readonly useDependencyDefaults: boolean;
  readonly requiredUse: boolean;
  readonly slotOperators: boolean;
  readonly atMostOneOf: boolean;
  /** Whether `|| ( )` without anything in it counts as met. */
  readonly emptyGroupsHold: boolean;
  /** `fetch+` and `mirror+` in front of addresses. */
  readonly selectiveRestriction: boolean;
  /** Variables with dependencies beside DEPEND, RDEPEND and PDEPEND. */
  readonly dependencyVariables: readonly string[];
}

const newest: Eapi = '9';

/** The EAPI of a text, for the ones whose rules are known. */
export function knownEapi(text: string): Eapi | undefined {
  return /^[0-9]$/.test(text) ? (text as Eapi) : undefined;
}

/** The rules of an EAPI; without one, the newest. */
export function eapiRules(eapi: Eapi = newest): EapiRules {
  const number = Number(eapi);
  return {
    slotDependencies: number >= 1,
    useDependencies: number >= 2,
    strongBlockers: number >= 2,
    sourceArrows: number >= 2,
    useDependencyDefaults: number >= 4,
    requiredUse: number >= 4,
    slotOperators: number >= 5,
    atMostOneOf: number >= 5,
    emptyGroupsHold: number <= 6,
    selectiveRestriction: number >= 8,
    dependencyVariables: [...(number >= 7 ? ['BDEPEND'] : []), ...(number >= 8 ? ['IDEPEND'] : [])],
  };
}

/**
 * The EAPI that an ebuild states (PMS 7.3.1): the first line that is neither empty nor a comment, when it is an assignment
 * of EAPI; `0` when it is not. Any text can come back, also that of an EAPI that does not exist.
 */
export function eapiOfEbuild(text: string): string {
  for (const line of text.split('\n')) {
    if (/^[ \t]*(#|$)/.test(line)) continue;
    return /^[ \t]*EAPI=(['"]?)([A-Za-z0-9+_.-]*)\1[ \t]*([ \t]#.*)?$/.exec(line)?.[2] ?? '0';
  }
  return '0';
}
