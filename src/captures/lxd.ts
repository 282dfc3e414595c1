import { encodeTarEntry } from '../formats/archives/index.ts';
import type { ImageFacts } from './contract.ts';

/** Text of YAML for any string: JSON is YAML. */
const quoted = (text: string): string => JSON.stringify(text);

/** The `metadata.yaml` of an image for LXD (specification, 9.6); `time` in seconds. */
export function lxdMetadata(image: ImageFacts, time: number): string {
  const { name, version, machine, description = `${name} ${version}` } = image;
  return [
    `architecture: ${quoted(machine)}`,
    `creation_date: ${Math.floor(time)}`,
    'properties:',
    `  architecture: ${quoted(machine)}`,
    `  description: ${quoted(description)}`,
    `  name: ${quoted(name)}`,
    '  os: "linux"',
    `  release: ${quoted(version)}`,
    'templates:',
    '  /etc/hostname:',
    '    when: [create, copy]',
    '    template: hostname.tpl',
    '',
  ].join('\n');
}

/** What stands in an image for LXD in front of the root: what it is, and how its name comes into it. */
export function lxdHead(image: ImageFacts, time: number): Uint8Array {
  const mtime = Math.floor(time);
  const entry = (path: string, text: string) => encodeTarEntry({ path, mtime }, Buffer.from(text));
  return Buffer.concat([
    entry('metadata.yaml', lxdMetadata(image, time)),
    encodeTarEntry({ path: 'templates/', type: 'folder', mtime }),
    entry('templates/hostname.tpl', '{{ container.name }}\n'),
  ]);
}
