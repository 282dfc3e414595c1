import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ArgSpec,
  dottedPath,
  hashPath,
  type Manifest,
  ManifestBuilder,
  makeIndex,
  type NodeRef,
  noPath,
  type PythonDistribution,
  type SymbolKind,
  type SymbolNode,
  writeIndex,
  writeManifest,
} from '../../src/python-resources/index.ts';

export const stdlib: PythonDistribution = { name: 'builtin-stdlib', version: '3.11.7' };
export const requests: PythonDistribution = { name: 'requests', version: '2.28.1' };

/** Another place: a dotted path; or an index within the same top-level. */
type Place = string | number;

export const reference = (place: Place): NodeRef =>
  typeof place === 'number'
    ? { internal: place, external: noPath }
    : { internal: 0, external: dottedPath(place) };

export function node(
  path: string,
  kind: SymbolKind,
  how: {
    readonly children?: Readonly<Record<string, Place>>;
    readonly type?: Place;
    readonly bases?: readonly Place[];
  } = {},
): SymbolNode {
  return {
    canonical: dottedPath(path),
    children: new Map(Object.entries(how.children ?? {}).map(([name, place]) => [name, reference(place)])),
    type: how.type === undefined ? null : reference(how.type),
    bases: (how.bases ?? []).map(reference),
    kind,
  };
}

const arg = (name: string, defaultValue: string, how: { keywordOnly?: boolean; type?: string } = {}) => ({
  name,
  defaultType: how.type ?? '',
  defaultValue,
  keywordOnly: how.keywordOnly ?? false,
  positionalOnly: false,
  types: how.type === undefined ? [] : [how.type],
  annotation: '',
});
const flag = (name: string, value: string) => arg(name, value, { keywordOnly: true, type: 'builtins.bool' });
const maybe = (name: string) => arg(name, 'None', { keywordOnly: true, type: 'types.NoneType' });

/** The golden signature of `json.dumps`. */
export const dumpsSpec: ArgSpec = {
  args: [
    arg('obj', ''),
    ...[flag('skipkeys', 'False'), flag('ensure_ascii', 'True'), flag('check_circular', 'True')],
    ...[flag('allow_nan', 'True'), maybe('cls'), maybe('indent'), maybe('separators'), maybe('default')],
    flag('sort_keys', 'False'),
  ],
  vararg: '',
  kwarg: 'kw',
  returns: '',
  origin: 'source',
};

const jsonNodes = [
  node('json', 'module', {
    children: { codecs: 'codecs', decoder: 1, dumps: 2, JSONEncoder: 3, JSONDecodeError: 4 },
  }),
  node('json.decoder', 'module', { children: { JSONDecodeError: 4, scanstring: '_json.scanstring' } }),
  node('json.dumps', 'function', { type: 'types.FunctionType' }),
  node('json.encoder.JSONEncoder', 'type', {
    children: { __init__: 5 },
    type: 'builtins.type',
    bases: ['builtins.object'],
  }),
  node('json.decoder.JSONDecodeError', 'type', {
    type: 'builtins.type',
    bases: ['builtins.ValueError', 'nowhere.X'],
  }),
  node('json.encoder.JSONEncoder.__init__', 'function'),
];
const builtinNodes = [
  node('builtins', 'module', { children: { object: 1, type: 2, ValueError: 3, str: 4 } }),
  node('builtins.object', 'type', { children: { __init__: 5 } }),
  node('builtins.type', 'type'),
  node('builtins.ValueError', 'type'),
  node('builtins.str', 'type'),
  node('builtins.object.__init__', 'function'),
];
const requestsNodes = [
  node('requests', 'module', { children: { get: 2, compat: 1, dumps: 'json.dumps', Plain: 3 } }),
  node('requests.compat', 'module', {
    children: { JSONDecodeError: 'json.decoder.JSONDecodeError', json: 'json' },
  }),
  node('requests.api.get', 'function'),
  node('requests.Plain', 'type', { children: { __init__: 'builtins.object.__init__' } }),
];

export interface SmallWorld {
  readonly folder: string;
  readonly manifestFile: string;
  readonly indexFile: string;
  readonly manifest: Manifest;
  readonly index: ReturnType<typeof makeIndex>;
  remove(): void;
}

/** The standard library's `json` and `builtins`, and `requests`, as datafiles with manifest and index. */
export function smallWorld(): SmallWorld {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-pyresources-'));
  const builder = new ManifestBuilder(join(folder, 'data'));
  builder.put(
    stdlib,
    'SymbolGraph',
    new Map([
      ['json', jsonNodes],
      ['builtins', builtinNodes],
    ]),
  );
  builder.put(stdlib, 'ArgSpec', new Map([[hashPath('json.dumps'), dumpsSpec]]));
  builder.put(
    stdlib,
    'Documentation',
    new Map([[hashPath('json.dumps'), { html: '', text: 'Serialize ``obj`` to a JSON formatted ``str``.' }]]),
  );
  builder.put(stdlib, 'ReturnTypes', new Map([[hashPath('json.dumps'), new Map([['builtins.str', 3]])]]));
  builder.put(stdlib, 'SignatureStats', new Map([[hashPath('json.dumps'), stats]]));
  builder.put(stdlib, 'PopularSignatures', new Map([[hashPath('json.dumps'), popular]]));
  builder.put(requests, 'SymbolGraph', new Map([['requests', requestsNodes]]));
  const plain = { args: [], vararg: '', kwarg: '', returns: '', origin: 'stub' } as const;
  builder.put(requests, 'ArgSpec', new Map([[hashPath('requests.Plain.__init__'), plain]]));
  builder.put(requests, 'TypeshedArgSpec', new Map([[hashPath('requests.api.get'), plain]]));
  const index = makeIndex([
    [stdlib, ['json', 'builtins']],
    [requests, ['requests']],
  ]);
  const manifestFile = join(folder, 'manifest.json');
  const indexFile = join(folder, 'distidx.json');
  writeManifest(manifestFile, builder.manifest);
  writeIndex(indexFile, index);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { folder, manifestFile, indexFile, manifest: builder.manifest, index, remove };
}

const stats = {
  positional: [
    { name: 'obj', count: 95, types: [] },
    { name: '', count: 5, types: [] },
  ],
  argsByName: new Map([['indent', { name: 'indent', count: 40, types: [] }]]),
  count: 100,
};
const example = (name: string) => ({ name, types: [] });
const popular = [
  { args: [example('data')], languageDetails: { python: null }, frequency: 0.5 },
  { args: [example('data')], languageDetails: { python: { kwargs: [example('indent')] } }, frequency: 0.3 },
];
