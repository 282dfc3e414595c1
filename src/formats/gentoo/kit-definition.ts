import { isEmpty, type NamedNode, type YamlFields, type YamlNode } from '../yaml/index.ts';
import type { KitDefinition, SourcedKit } from './release-shape.ts';

const kitFields = [
  ...['kind', 'source', 'branch', 'masters', 'aliases', 'priority', 'stability'],
  ...['eclasses', 'settings', 'sync_url'],
];

type Fields = ReadonlyMap<string, YamlNode>;

function readSource(
  fields: YamlFields,
  node: YamlNode | undefined,
  kit: { readonly name: string; readonly kind: string },
): string | SourcedKit | undefined {
  const what = `'source' of kit '${kit.name}'`;
  if (!node || isEmpty(node)) return undefined;
  if (kit.kind === 'auto') return fields.text(node, what);
  const map = fields.map(node, what, ['url', 'branch', 'src_sha1']);
  const [url, branch, sha1] = ['url', 'branch', 'src_sha1'].map((key) =>
    fields.text(map.get(key), `'${key}' in ${what}`),
  );
  if (url === undefined) fields.wrong(node.place, `${what} has no 'url'`);
  if ((branch === undefined) === (sha1 === undefined))
    fields.wrong(node.place, `${what} needs exactly one of 'branch' and 'src_sha1'`);
  return {
    url: url ?? '',
    ...(branch === undefined ? {} : { branch }),
    ...(sha1 === undefined ? {} : { sha1 }),
  };
}

function readEclasses(
  fields: YamlFields,
  node: YamlNode | undefined,
  kit: string,
): KitDefinition['eclasses'] {
  const map = fields.map(node, `'eclasses' of kit '${kit}'`, ['include', 'mask']);
  const include = fields.map(map.get('include'), `'include' of kit '${kit}'`);
  return {
    include: new Map(
      [...include].map(([repository, names]) => [
        repository,
        fields.texts(names, `eclasses from '${repository}' for kit '${kit}'`),
      ]),
    ),
    mask: fields.texts(map.get('mask'), `'mask' of kit '${kit}'`),
  };
}

function readPriority(fields: YamlFields, node: YamlNode | undefined, kit: string): number | undefined {
  const text = fields.text(node, `'priority' of kit '${kit}'`);
  if (text === undefined) return undefined;
  if (node && !/^-?\d{1,9}$/.test(text))
    fields.wrong(node.place, `'priority' of kit '${kit}' is no whole number`);
  return Number(text);
}

function readKit(fields: YamlFields, { name, place, value }: NamedNode, defaults: Fields): KitDefinition {
  const own = fields.map(value, `kit '${name}'`, kitFields);
  const map = new Map([...defaults, ...own]);
  const text = (key: string): string | undefined => fields.text(map.get(key), `'${key}' of kit '${name}'`);
  const texts = (key: string): readonly string[] => fields.texts(map.get(key), `'${key}' of kit '${name}'`);
  const kind = text('kind') ?? 'auto';
  if (kind !== 'auto' && kind !== 'sourced')
    fields.wrong(map.get('kind')?.place ?? place, `'kind' of kit '${name}' is neither 'auto' nor 'sourced'`);
  const source = readSource(fields, map.get('source'), { name, kind });
  const priority = readPriority(fields, map.get('priority'), name);
  const settings = [...fields.map(map.get('settings'), `'settings' of kit '${name}'`)].flatMap(
    ([key, node]) => {
      const setting = fields.text(node, `setting '${key}' of kit '${name}'`);
      return setting === undefined ? [] : [[key, setting] as const];
    },
  );
  const [branch, stability, syncUrl] = ['branch', 'stability', 'sync_url'].map(text);
  return {
    name,
    place,
    kind: kind === 'sourced' ? 'sourced' : 'auto',
    ...(source === undefined ? {} : { source }),
    ...(branch === undefined ? {} : { branch }),
    masters: texts('masters').filter((master) => master !== name),
    aliases: texts('aliases'),
    ...(priority === undefined ? {} : { priority }),
    ...(stability === undefined ? {} : { stability }),
    eclasses: readEclasses(fields, map.get('eclasses'), name),
    settings: Object.fromEntries(settings),
    ...(syncUrl === undefined ? {} : { syncUrl }),
  };
}

/** The kits of `kit-definitions`, each with what `defaults` says and it does not (specification 7.2). */
export function readKits(fields: YamlFields, definitions: Fields): readonly KitDefinition[] {
  const defaults = fields.map(definitions.get('defaults'), "'defaults'", kitFields);
  const kits = fields.named(definitions.get('kits'), "'kits'").map((kit) => readKit(fields, kit, defaults));
  const seen = new Set<string>();
  for (const { name, branch, place } of kits) {
    const key = `${name} ${branch ?? ''}`;
    if (seen.has(key)) fields.wrong(place, `kit '${name}' has branch '${branch ?? ''}' twice`);
    seen.add(key);
  }
  return kits;
}
