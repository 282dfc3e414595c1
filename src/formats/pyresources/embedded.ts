import { decodeIndex } from './distribution-index.ts';
import { decodeManifest } from './manifest.ts';

/**
 * A JavaScript module that exports a manifest and its index as the texts `manifest` and `index`, letter by letter: a program that
 * carries it needs neither file. Places have to be whole, since a module has no folder that they could count from. Throws
 * MPY310, MPY311, MPY312 and MPY320 (specification, 2.9).
 */
export function embedRelease(
  manifest: { readonly text: string; readonly file: string },
  index: { readonly text: string; readonly file: string },
): string {
  const entries = decodeManifest(manifest.text, { file: manifest.file });
  const toplevels = decodeIndex(index.text, index.file);
  return [
    `// ${entries.length} distributions with ${toplevels.size} top-levels. Written by packmill py manifest embed.`,
    `export const manifest = ${literal(manifest.text)};`,
    `export const index = ${literal(index.text)};`,
    '',
  ].join('\n');
}

/** JSON is JavaScript, but for two ends of lines that only newer engines take within a text. */
const literal = (text: string): string =>
  JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
