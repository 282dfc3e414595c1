import { type Place, type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import { checkExpansion, isEmpty, readYaml, YamlFields, type YamlNode } from '../yaml/index.ts';
import { isCategoryName, isPackageName } from './names.ts';

/** Something that is taken from a repository, and where that is said. */
export interface TakenFrom<T> {
  readonly repository: string;
  readonly what: T;
  readonly place: Place;
}

/** `KIT/packages.yaml` (specification 7.3). */
export interface PackageList {
  /** `category/name`, in order; `category/metadata.xml` is the description of a category. */
  readonly packages: readonly TakenFrom<string>[];
  /** Globs of packages that are removed afterwards. */
  readonly exclude: readonly string[];
  readonly copyfiles: readonly TakenFrom<{ readonly src: string; readonly dest?: string }>[];
  readonly eclasses: readonly TakenFrom<string>[];
}

/** Leaves of maps and lists that lie in one another in any way; keys only group them. */
function leavesOf(node: YamlNode): readonly YamlNode[] {
  if (node.kind === 'list') return node.items.flatMap(leavesOf);
  if (node.kind === 'map') return node.entries.flatMap(({ value }) => leavesOf(value));
  return isEmpty(node) ? [] : [node];
}

function readPackages(fields: YamlFields, node: YamlNode | undefined): TakenFrom<string>[] {
  const found: TakenFrom<string>[] = [];
  for (const { name: repository, value } of fields.named(node, "'packages'")) {
    for (const leaf of value ? leavesOf(value) : []) {
      const text = leaf.kind === 'scalar' ? leaf.text : '';
      const [category = '', name = '', ...more] = text.split('/');
      const isRight = isCategoryName(category) && (isPackageName(name) || name === 'metadata.xml');
      if (isRight && more.length === 0) found.push({ repository, what: text, place: leaf.place });
      else
        fields.problems.push(
          problem('PMS002', { what: `'${text}' is not 'category/name'`, place: leaf.place }),
        );
    }
  }
  return found;
}

function readCopies(fields: YamlFields, node: YamlNode | undefined): PackageList['copyfiles'] {
  return fields.named(node, "'copyfiles'").flatMap(({ name: repository, value }) =>
    fields.list(value, `files from '${repository}'`).flatMap((item): PackageList['copyfiles'] => {
      const map = fields.map(item, `a file from '${repository}'`, ['src', 'dest']);
      const src = fields.text(map.get('src'), "'src'");
      const dest = fields.text(map.get('dest'), "'dest'");
      if (src === undefined) fields.wrong(item.place, `a file from '${repository}' has no 'src'`);
      return [
        { repository, place: item.place, what: { src: src ?? '', ...(dest === undefined ? {} : { dest }) } },
      ];
    }),
  );
}

/**
 * Reads `packages.yaml` of a kit (specification 7.3): YML001 to YML003, and PMS002 for what is no package, each with its
 * place. What can be read is there even when something is wrong.
 */
export function parsePackageList(
  text: string,
  file: string,
): { list: PackageList; problems: readonly Problem[] } {
  const fields = new YamlFields();
  const empty = { packages: [], exclude: [], copyfiles: [], eclasses: [] };
  try {
    const root = readYaml(text, file);
    checkExpansion(root);
    const map = fields.map(root, 'the file', ['packages', 'exclude', 'copyfiles', 'eclasses']);
    const eclasses = fields
      .named(map.get('eclasses'), "'eclasses'")
      .flatMap(({ name: repository, place, value }) =>
        fields.texts(value, `eclasses from '${repository}'`).map((what) => ({ repository, what, place })),
      );
    const list = {
      packages: readPackages(fields, map.get('packages')),
      exclude: fields.texts(map.get('exclude'), "'exclude'"),
      copyfiles: readCopies(fields, map.get('copyfiles')),
      eclasses,
    };
    return { list, problems: fields.problems };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { list: empty, problems: [error.problem] };
  }
}
