/** Where things are inside the sandbox of a PKGBUILD job. The folders of the attempt are mounted below `/build`. */
export const layout = {
  recipe: '/build/recipe',
  sources: '/build/sources',
  packages: '/build/packages',
  work: '/build/work',
  home: '/build/home',
  /** Packages to install first; read-only. */
  dependencies: '/build/dependencies',
  /** What packmill tells the tools inside; read-only. */
  control: '/build/control',
  /** Local folders that stand in for upstream servers, one numbered folder each; read-only. */
  upstreams: '/upstreams',
} as const;

/** Exit code by which `prepare` says "skip on purpose" (specification 3.4, `CI_CODE_SKIP`). */
export const skipCode = 123;
