import type { AurPackage } from '../../upstream/index.ts';

/** The maintainer of a package, then those who help. */
export function accountsOf({ maintainer = '', coMaintainers }: AurPackage): readonly string[] {
  return [maintainer, ...coMaintainers].filter((name) => name !== '');
}
