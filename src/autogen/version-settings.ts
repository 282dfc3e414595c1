import { fault } from '../diagnostics/index.ts';
import type { YamlNode } from '../formats/yaml/index.ts';
import { isMapping } from './merge-settings.ts';
import type { PkgSettings } from './pkg-info.ts';
import { isNull } from './yaml-value.ts';

/** One version that settings name, and what they say for it. */
export interface VersionDraft {
  /** As it was written; undefined or `latest`: the newest there is. */
  readonly version: string | undefined;
  readonly settings: PkgSettings;
  /** Written under `versions`, which used to be merged flat. */
  readonly isShallow?: boolean;
}

/** The settings `version` and `versions` of a package. */
interface VersionNodes {
  readonly name: string;
  readonly nodes: readonly [string, YamlNode][];
  readonly value: (node: YamlNode) => unknown;
}

/**
 * The versions of a package (specification 1.6). Versions are the text that was written: `1.10` is no number, and
 * nothing is dropped. Throws AGN005 with the place.
 */
export function readVersions({ name, nodes, value }: VersionNodes): readonly VersionDraft[] {
  const [first, second] = nodes;
  if (!first) return [{ version: undefined, settings: {} }];
  const [key, node] = first;
  const wrong = (what: string, place = node.place) => fault('AGN005', { what, place });
  if (second) throw wrong(`package '${name}' has both 'version' and 'versions'`, second[1].place);
  if (node.kind === 'list') throw wrong(`'${key}' of package '${name}' is a list`);
  if (node.kind === 'scalar') {
    if (key === 'versions') throw wrong(`'versions' of package '${name}' is no mapping`);
    if (node.text === '' || isNull(node)) throw wrong(`'version' of package '${name}' is empty`);
    return [{ version: node.text, settings: {} }];
  }
  if (node.entries.length === 0) throw wrong(`'${key}' of package '${name}' is empty`);
  return node.entries.map((entry): VersionDraft => {
    const settings = value(entry.value) ?? {};
    if (!isMapping(settings)) {
      throw wrong(
        `the settings of version '${entry.key}' of package '${name}' are no mapping`,
        entry.value.place,
      );
    }
    const isNewest = key === 'version' && ['latest', '', '~', 'null'].includes(entry.key);
    return { version: isNewest ? undefined : entry.key, settings, isShallow: key === 'versions' };
  });
}
