// The forty packages that a timer finds changed, of every kind that there is; added to whatever repository is measured.
import { recipeFolder, type Sketch } from './recipes.ts';

/** How many change in which way: in the AUR, on a branch, by a tag of GitLab, by a library. */
export const changing = { aur: 20, vcs: 10, tag: 5, rebuild: 5 } as const;

/** All of them as they are in the repository. */
export function changingRecipes(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const kind of Object.keys(changing) as (keyof typeof changing)[]) {
    for (let n = 1; n <= changing[kind]; n += 1) {
      for (const file of recipeFolder(changingSketch(kind, n, false))) files.set(...file);
    }
  }
  return files;
}

/** Path of the repository that number `n` of those on branches follows. */
export const vcsPath = (n: number): string => `github.com/bench-${n}/project-${n}.git`;

export function changingSketch(kind: keyof typeof changing, n: number, isNewer: boolean): Sketch {
  const release = 1;
  const version = isNewer ? '1.1' : '1.0';
  switch (kind) {
    case 'aur': {
      const name = `bench-aur-${n}`;
      const sources = [`https://example.org/${name}-${version}.tar.gz`];
      return { name, version, release, sources, config: 'CI_PKGBUILD_SOURCE=aur\n' };
    }
    case 'vcs': {
      const sources = [`git+https://${vcsPath(n)}`];
      return { name: `bench-vcs-${n}-git`, version, release, sources, config: 'CI_PKGBUILD_SOURCE=custom\n' };
    }
    case 'tag': {
      const sources = [`https://gitlab.com/group/project-${n}/-/archive/old/project-${n}-old.tar.gz`];
      const lines = ["_commit='old'"];
      return {
        name: `bench-tag-${n}`,
        version,
        release,
        sources,
        lines,
        config: `CI_PKGBUILD_SOURCE=gitlab:${n}\n`,
      };
    }
    case 'rebuild': {
      const config = 'CI_PKGBUILD_SOURCE=custom\nCI_REBUILD_TRIGGERS=bench-library\n';
      return { name: `bench-rebuild-${n}`, version, release, config };
    }
  }
}
