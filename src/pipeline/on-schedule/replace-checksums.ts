import { parseShell, type ShellAssignment, type ShellStatement } from '../../formats/shell/index.ts';

const checksums = /^(?:ck|md5|sha1|sha224|sha256|sha384|sha512|b2)sums(?:_[a-z0-9_]+)?$/;

/**
 * The PKGBUILD with its checksum arrays replaced by a generated block (`makepkg --geninteg`), which takes the place of
 * the first one; at the end where there is none. Only assignments of the top level count.
 */
export function replaceChecksums(pkgbuild: string, generated: string): string {
  const block = generated.trim();
  const arrays = parseShell(pkgbuild, 'PKGBUILD').statements.filter((one) => checksumArray(one));
  if (block === '') return pkgbuild;
  if (arrays.length === 0) return `${pkgbuild.replace(/\n*$/, '\n')}${block}\n`;
  let text = '';
  let at = 0;
  for (const [index, { place, end }] of arrays.entries()) {
    text += pkgbuild.slice(at, place.offset);
    if (index === 0) text += block;
    at = end;
    // an array that goes takes its line along
    if (index > 0 && /(?:^|\n)[ \t]*$/.test(text) && pkgbuild[at] === '\n') at += 1;
  }
  return text + pkgbuild.slice(at);
}

function checksumArray({ commands }: ShellStatement): ShellAssignment | undefined {
  const [command] = commands;
  if (commands.length !== 1 || command?.kind !== 'simple' || command.words.length > 0) return undefined;
  const [assignment] = command.assignments;
  return command.assignments.length === 1 && assignment && checksums.test(assignment.name)
    ? assignment
    : undefined;
}
