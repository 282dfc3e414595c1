import { type Place, type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import {
  checkExpansion,
  isEmpty,
  type NamedNode,
  readYaml,
  YamlFields,
  type YamlNode,
} from '../yaml/index.ts';
import { readKits } from './kit-definition.ts';
import type { PlainValue, ReleaseDefinition, SourceRepository } from './release-shape.ts';

const repositoryFields = ['url', 'branch', 'src_sha1', 'copyright', 'notes', 'eclasses'];

function readRepository(fields: YamlFields, { name, place, value }: NamedNode): SourceRepository {
  const what = `repository '${name}'`;
  const map = fields.map(value, what, repositoryFields);
  const text = (key: string): string | undefined => fields.text(map.get(key), `'${key}' of ${what}`);
  const [url, branch, sha1, copyright, notes] = ['url', 'branch', 'src_sha1', 'copyright', 'notes'].map(text);
  const eclasses = fields.texts(map.get('eclasses'), `'eclasses' of ${what}`);
  return {
    name,
    place,
    ...(url === undefined ? {} : { url }),
    ...(branch === undefined ? {} : { branch }),
    ...(sha1 === undefined ? {} : { sha1 }),
    ...(copyright === undefined ? {} : { copyright }),
    ...(notes === undefined ? {} : { notes }),
    ...(eclasses.length === 0 ? {} : { eclasses }),
  };
}

const unknownName = (what: string, place: Place, name: string, known: Iterable<string>): Problem => {
  const near = nearestWords(name, known);
  return problem('PMS040', { what, place, ...(near ? { next: `Did you mean ${near}?` } : {}) });
};

function readRepositories(fields: YamlFields, node: YamlNode | undefined): Map<string, SourceRepository> {
  const repositories = new Map<string, SourceRepository>();
  for (const one of fields.named(node, "'repositories'")) {
    if (repositories.has(one.name)) fields.wrong(one.place, `repository '${one.name}' is defined twice`);
    const repository = readRepository(fields, one);
    if (repository.url === undefined) fields.wrong(one.place, `repository '${one.name}' has no 'url'`);
    repositories.set(one.name, repository);
  }
  return repositories;
}

/** Collections list repositories by name; what an item says itself replaces what the repository says. */
function readCollections(
  fields: YamlFields,
  node: YamlNode | undefined,
  known: ReadonlyMap<string, SourceRepository>,
): Map<string, readonly SourceRepository[]> {
  const collections = new Map<string, readonly SourceRepository[]>();
  for (const [collection, items] of fields.map(node, "'source-collections'")) {
    const members = new Map<string, SourceRepository>();
    for (const item of fields.named(items, `collection '${collection}'`)) {
      const base = known.get(item.name);
      if (!base)
        fields.problems.push(
          unknownName(
            `collection '${collection}' names an unknown repository '${item.name}'`,
            item.place,
            item.name,
            known.keys(),
          ),
        );
      if (members.has(item.name))
        fields.wrong(item.place, `collection '${collection}' names repository '${item.name}' twice`);
      members.set(item.name, { ...base, ...readRepository(fields, item) });
    }
    collections.set(collection, [...members.values()]);
  }
  return collections;
}

/**
 * Values as JSON has them, for `metadata`, which nobody interprets: whole numbers are numbers, empty values null, and all other
 * scalars the text that was written.
 */
function plain(node: YamlNode): PlainValue {
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map')
    return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
  if (!node.isPlain) return node.text;
  if (isEmpty(node)) return null;
  return /^-?(0|[1-9]\d{0,14})$/.test(node.text) ? Number(node.text) : node.text;
}

function readRelease(fields: YamlFields, root: YamlNode): ReleaseDefinition {
  const top = fields.map(root, 'the file', ['release']);
  if (!top.has('release')) fields.wrong(root.place, "the file has no 'release'");
  const release = fields.map(top.get('release'), "'release'", [
    ...['metadata', 'copyright', 'repositories', 'source-collections', 'remotes', 'kit-definitions'],
  ]);
  const repositories = readRepositories(fields, release.get('repositories'));
  const collections = readCollections(fields, release.get('source-collections'), repositories);
  const remotes = new Map(
    [...fields.map(release.get('remotes'), "'remotes'", ['dev', 'prod'])].map(([name, node]) => {
      const remote = fields.map(node, `remote '${name}'`, ['url', 'mirrors']);
      const url = fields.text(remote.get('url'), `'url' of remote '${name}'`);
      if (url === undefined) fields.wrong(node.place, `remote '${name}' has no 'url'`);
      return [
        name,
        { url: url ?? '', mirrors: fields.texts(remote.get('mirrors'), `'mirrors' of remote '${name}'`) },
      ];
    }),
  );
  const definitions = fields.map(release.get('kit-definitions'), "'kit-definitions'", [
    ...['meta-repo-branch', 'defaults', 'kits'],
  ]);
  const kits = readKits(fields, definitions);
  for (const { name, place, source } of kits) {
    if (typeof source !== 'string' || collections.has(source)) continue;
    const what = `kit '${name}' names an unknown collection '${source}'`;
    fields.problems.push(unknownName(what, place, source, collections.keys()));
  }
  const metadata = release.get('metadata');
  const copyright = fields.text(release.get('copyright'), "'copyright'");
  const metaRepoBranch = fields.text(definitions.get('meta-repo-branch'), "'meta-repo-branch'");
  return {
    metadata: metadata ? plain(metadata) : {},
    ...(copyright === undefined ? {} : { copyright }),
    ...(metaRepoBranch === undefined ? {} : { metaRepoBranch }),
    repositories,
    collections,
    remotes,
    kits,
  };
}

/**
 * Reads `releases/RELEASE/repositories.yaml` (specification 7.2). YML001 when it is no YAML, YML002 for values of the wrong
 * kind, YML003 (a warning) for fields that nobody reads, PMS040 for names that are not defined; each with its place. Without
 * errors there is a release.
 */
export function parseReleaseDefinition(
  text: string,
  file: string,
): { readonly release?: ReleaseDefinition; readonly problems: readonly Problem[] } {
  const fields = new YamlFields();
  try {
    const root = readYaml(text, file);
    checkExpansion(root);
    const release = readRelease(fields, root);
    const isBroken = fields.problems.some(({ severity }) => severity === 'error');
    return { problems: fields.problems, ...(isBroken ? {} : { release }) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { problems: [error.problem] };
  }
}
