import type { PackageView } from '../../../../src/api/index.ts';

/** The API's address of a package, and of what is below it. */
export function packageApi(
  view: Pick<PackageView, 'target' | 'arch' | 'name'>,
  below = '',
  more = {},
): string {
  const { target, arch, name } = view;
  return `/api/packages/${encodeURIComponent(name)}${below}?${new URLSearchParams({ target, arch, ...more })}`;
}
