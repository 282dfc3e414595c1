import { interfereNames, type PackageBump } from '../../formats/pkgbuild-repo/index.ts';
import { layout, skipCode } from './sandbox-layout.ts';
import { shellQuote } from './shell-quote.ts';

/** A rebuild of a version that is already published: its pkgrel is raised past the published one. */
export interface RebuildBump {
  /** `[epoch:]pkgver` of the published package. */
  readonly version: string;
  readonly pkgrel: string;
}

export interface InterfereInput {
  /** What `CI_CODE_SKIP` is in `prepare`; default 123. */
  readonly skipCode?: number | undefined;
  readonly bump: PackageBump | undefined;
  readonly rebuild: RebuildBump | undefined;
}

/** The pkgrel after a published one: `3` gives `3.1`, `3.1` gives `3.2` (makepkg allows one decimal part). */
export function nextPkgrel(pkgrel: string): string {
  const [whole = '1', part] = pkgrel.split('.');
  return `${whole}.${part === undefined ? 1 : Number(part) + 1}`;
}

/**
 * Text that is appended to a PKGBUILD last and evaluated each time makepkg reads it, so that it
 * works with a dynamic `pkgver()` (specification 17.6, forms of 3.6).
 */
export function bumpSnippet({ bump, rebuild }: InterfereInput): string {
  const lines: string[] = [];
  if (bump?.kind === 'always') lines.push(`pkgrel="\${pkgrel}.${bump.count}"`);
  if (bump?.kind === 'if-version') {
    lines.push(
      `if [[ $(vercmp ${shellQuote(bump.version)} "\${epoch:+$epoch:}$pkgver-$pkgrel") == 0 ]]; then`,
      `  pkgrel="\${pkgrel}.${bump.count}"`,
      'fi',
    );
  }
  if (rebuild) {
    const whole = rebuild.pkgrel.split('.')[0] ?? '1';
    lines.push(
      `if [[ "\${epoch:+$epoch:}$pkgver" == ${shellQuote(rebuild.version)} && "\${pkgrel%%.*}" == ${shellQuote(whole)} ]] &&`,
      `  (( $(vercmp "$pkgrel" ${shellQuote(rebuild.pkgrel)}) <= 0 )); then`,
      `  pkgrel=${shellQuote(nextPkgrel(rebuild.pkgrel))}`,
      'fi',
    );
  }
  return lines.length === 0 ? '' : ['# packmill: pkgrel bump', ...lines, ''].join('\n');
}

/** What always stands at the end of the PKGBUILD that makepkg reads: the bump, and the one package extension we read. */
export function recipeTail(input: InterfereInput): string {
  return `\n\n${bumpSnippet(input)}# packmill: a package extension of the recipe's own does not count\nPKGEXT='.pkg.tar'\n`;
}

/**
 * Whether a recipe's `.CI` files need the interfere script: only the sandbox may apply them, because they are programs or
 * are meant for one; `PKGBUILD.prepend` and `PKGBUILD.append` count too, for they come between the others in order.
 */
export function needsInterfereScript(ciFiles: ReadonlySet<string>): boolean {
  return interfereNames.some((name) => ciFiles.has(name));
}

/** The generic fix-ups of specification 17.2 on the text of a PKGBUILD: settings of one machine are taken out. */
export function genericFixes(pkgbuild: string): {
  readonly text: string;
  readonly applied: readonly string[];
} {
  const text = pkgbuild.replace(/ *-march=native/g, '');
  return { text, applied: text === pkgbuild ? [] : ['removed -march=native'] };
}

/**
 * The script that applies the interfere files in the order of specification 17.1, inside the sandbox as root;
 * generic fix-ups come before it. Ends with the exit code of `prepare` when that is not zero; writes one line
 * per applied step to `/build/work/interfere.applied`.
 */
export function interfereScript(input: InterfereInput): string {
  return `#!/usr/bin/env bash
# written by packmill for this job: interfere (specification 17)
set -euo pipefail
cd ${layout.recipe}
export CI_CODE_SKIP=${input.skipCode ?? skipCode}
applied() { printf '%s\\n' "$1" >> ${layout.work}/interfere.applied; printf '  -> %s\\n' "$1"; }
CAUR_PUSH() { bash -c "$1"; }
export -f CAUR_PUSH
mkdir -p /var/lib/pacman/local /var/lib/pacman/sync /var/cache/pacman/pkg

for prepare in prepare prepare.sh; do
  [[ -f .CI/$prepare ]] || continue
  cp -- ".CI/$prepare" ./.packmill-prepare
  code=0
  bash -c 'set -euo pipefail; source ./.packmill-prepare' || code=$?
  rm -f -- ./.packmill-prepare
  if (( code != 0 )); then
    printf 'prepare ended with %d\\n' "$code"
    exit "$code"
  fi
  applied prepare
  break
done

if [[ -f .CI/interfere.patch ]]; then
  if patch --strip=1 --forward --batch --no-backup-if-mismatch --reject-file=- < .CI/interfere.patch; then
    applied 'interfere.patch'
  else
    applied 'interfere.patch: Patch failed to apply'
  fi
fi
if [[ -f .CI/PKGBUILD.prepend ]]; then
  { cat .CI/PKGBUILD.prepend; printf '\\n'; cat PKGBUILD; } > .packmill-recipe
  cat .packmill-recipe > PKGBUILD
  rm -f .packmill-recipe
  applied 'PKGBUILD.prepend'
fi
if [[ -f .CI/PKGBUILD.append ]]; then
  { printf '\\n'; cat .CI/PKGBUILD.append; printf '\\n'; } >> PKGBUILD
  applied 'PKGBUILD.append'
fi
printf '%s' ${shellQuote(recipeTail(input))} >> PKGBUILD
bash -n PKGBUILD
`;
}
