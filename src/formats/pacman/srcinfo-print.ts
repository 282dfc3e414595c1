import type { Srcinfo, SrcinfoSection } from './srcinfo.ts';
import { sectionValues } from './srcinfo.ts';

/** Names of the checksum arrays in makepkg's order. */
export const checksumFields = [
  'cksums',
  'md5sums',
  'sha1sums',
  'sha224sums',
  'sha256sums',
  'sha384sums',
  'sha512sums',
  'b2sums',
] as const;

const baseFields = [
  ...['pkgdesc', 'pkgver', 'pkgrel', 'epoch', 'url', 'install', 'changelog'],
  ...['arch', 'groups', 'license', 'checkdepends', 'makedepends', 'depends', 'optdepends', 'provides'],
  ...['conflicts', 'replaces', 'noextract', 'options', 'backup', 'source', 'validpgpkeys', ...checksumFields],
];
const memberFields = [
  ...['pkgdesc', 'url', 'install', 'changelog'],
  ...[
    'arch',
    'groups',
    'license',
    'checkdepends',
    'depends',
    'optdepends',
    'provides',
    'conflicts',
    'replaces',
  ],
  ...['options', 'backup'],
];
const archFields = [
  ...['source', 'provides', 'conflicts', 'depends', 'replaces', 'optdepends', 'makedepends', 'checkdepends'],
  ...checksumFields,
];

function printSection(
  section: SrcinfoSection,
  known: readonly string[],
  architectures: readonly string[],
): string {
  const order = [...known];
  for (const arch of architectures) {
    if (arch !== 'any') order.push(...archFields.map((field) => `${field}_${arch}`));
  }
  let text = '';
  for (const key of new Set([...order, ...section.fields.keys()])) {
    const field = section.fields.get(key);
    if (!field) continue;
    if (field.values.length === 0) text += `\t${key} = \n`;
    for (const value of field.values) text += `\t${key} = ${value}\n`;
  }
  return text;
}

/** The text that `makepkg --printsrcinfo` prints: makepkg's order of fields, then keys it does not know. */
export function printSrcinfo(srcinfo: Srcinfo): string {
  const architectures = sectionValues(srcinfo.base, 'arch');
  let text = `pkgbase = ${srcinfo.base.name}\n${printSection(srcinfo.base, baseFields, architectures)}`;
  for (const member of srcinfo.members) {
    const own = member.fields.has('arch') ? sectionValues(member, 'arch') : architectures;
    text += `\npkgname = ${member.name}\n${printSection(member, memberFields, own)}`;
  }
  return text;
}
