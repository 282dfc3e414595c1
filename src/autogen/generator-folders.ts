import { dirname, join } from 'node:path';
import type { Overlay } from './overlay.ts';

/** Where generators and their templates are looked for, the first hit wins (specification 1.7). */
export function generatorFolders({
  file,
  overlay,
  fixups,
}: {
  /** The `autogen.yaml`. */
  readonly file: string;
  readonly overlay: Overlay;
  readonly fixups: string | undefined;
}): readonly string[] {
  return [
    join(dirname(file), 'generators'),
    ...(overlay.isFixups ? [] : [join(overlay.repository, 'generators')]),
    ...(fixups === undefined ? [] : [join(fixups, 'generators')]),
  ];
}
