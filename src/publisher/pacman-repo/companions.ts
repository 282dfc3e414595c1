import { entryFacts } from '../../host/index.ts';

/** What may lie beside a package, besides its signature: its signed statement, its bill of materials (docs/provenance.md). */
export const companionSuffixes = ['.provenance.json', '.cdx.json'] as const;

/** Names that belong to a package file: its signature, and its companions whether they are there or not. */
export const besidePackage = (fileName: string): readonly string[] => [
  `${fileName}.sig`,
  ...companionSuffixes.map((suffix) => `${fileName}${suffix}`),
];

/** Names of the companions that a package has in a folder. */
export const companionsIn = (folder: string | undefined, fileName: string): readonly string[] =>
  companionSuffixes
    .map((suffix) => `${fileName}${suffix}`)
    .filter((name) => entryFacts(`${folder}/${name}`) !== undefined);
