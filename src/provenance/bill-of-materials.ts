import type { BuildRecord, DescribedSubject, Json, Material } from '../model/index.ts';
import { packageUrl } from './package-url.ts';
import { publicAddress } from './public-address.ts';

/** The tool that makes bills, and when it made this one. */
export interface BillFacts {
  readonly madeMs: number;
  readonly toolVersion: string;
}

type Table = Readonly<Record<string, Json>>;

/** `libfoo>=1.2` is a need of `libfoo`. */
const needName = (text: string): string => text.replace(/[<>=].*$/s, '');

/** A UUID that a SHA-256 gives, of version 8 (RFC 9562): the same package has the same one. */
function uuidOf(sha256: string): string {
  const variant = '89ab'[Number.parseInt(sha256.slice(16, 17), 16) & 3] ?? '8';
  const parts = [
    sha256.slice(0, 8),
    sha256.slice(8, 12),
    `8${sha256.slice(13, 16)}`,
    `${variant}${sha256.slice(17, 20)}`,
    sha256.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

const hashesOf = (digest: Readonly<Record<string, string>>): readonly Json[] =>
  digest.sha256 === undefined ? [] : [{ alg: 'SHA-256', content: digest.sha256 }];

/** What `annotations` says under a name, when that is a text or a list of texts. */
const noted = ({ annotations }: Material, name: string): readonly string[] => {
  const value = annotations?.[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
};

interface Component {
  readonly ref: string;
  readonly shown: Table;
}

/** A package that was installed for the build; one that the subject does not need to run is no part of it. */
function packageComponent(material: Material, isNeeded: boolean): Component {
  const [name = material.name] = noted(material, 'package');
  const [version] = noted(material, 'version');
  const [arch] = noted(material, 'arch');
  const ref = packageUrl({ name, version, arch });
  return {
    ref,
    shown: {
      'bom-ref': ref,
      type: 'library',
      name,
      ...(version === undefined ? {} : { version }),
      purl: ref,
      scope: isNeeded ? 'required' : 'excluded',
      hashes: hashesOf(material.digest),
    },
  };
}

/** A source: what was built from it is in the package, the file itself is not. */
function sourceComponent(material: Material): Component {
  const ref = `source:${material.name}`;
  const revision = material.digest.gitCommit;
  const address = publicAddress(material.uri);
  return {
    ref,
    shown: {
      'bom-ref': ref,
      type: 'file',
      name: material.name,
      ...(revision === undefined ? {} : { version: revision }),
      scope: 'excluded',
      hashes: hashesOf(material.digest),
      ...(address === undefined
        ? {}
        : { externalReferences: [{ type: 'source-distribution', url: address }] }),
    },
  };
}

/** Something that the package needs to run and that this build was not given: its version is whatever is installed. */
function assumedComponent(name: string): Component {
  const ref = packageUrl({ name });
  return { ref, shown: { 'bom-ref': ref, type: 'library', name, purl: ref, scope: 'required' } };
}

function componentsOf(subject: DescribedSubject, record: BuildRecord) {
  const needed = new Set(subject.depends.map(needName));
  const met = new Set<string>();
  const direct: string[] = [];
  const components = new Map<string, Component>();
  for (const material of record.materials) {
    if (material.role === 'source') {
      const found = sourceComponent(material);
      components.set(found.ref, found);
    }
    if (material.role !== 'dependency') continue;
    const offered = [...noted(material, 'package'), ...noted(material, 'provides').map(needName)];
    const meets = offered.filter((name) => needed.has(name));
    for (const name of meets) met.add(name);
    const found = packageComponent(material, meets.length > 0);
    components.set(found.ref, found);
    if (meets.length > 0) direct.push(found.ref);
  }
  for (const name of needed) {
    if (met.has(name)) continue;
    const found = assumedComponent(name);
    components.set(found.ref, found);
    direct.push(found.ref);
  }
  const sorted = [...components.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1));
  return { components: sorted, direct: [...new Set(direct)].sort() };
}

/**
 * The bill of materials of one package (CycloneDX 1.6): itself, what it needs to run, the sources that it was built
 * from, and the packages that were installed to build it (scope `excluded`). The same package and record give the
 * same bill.
 */
export function billOf(subject: DescribedSubject, record: BuildRecord, facts: BillFacts): Json {
  const ref = packageUrl(subject);
  const { components, direct } = componentsOf(subject, record);
  const { description, url, licenses } = subject;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: uuidOf(subject.sha256),
    version: 1,
    metadata: {
      timestamp: new Date(facts.madeMs).toISOString(),
      tools: { components: [{ type: 'application', name: 'packmill', version: facts.toolVersion }] },
      component: {
        'bom-ref': ref,
        type: 'application',
        name: subject.name,
        version: subject.version,
        purl: ref,
        ...(description === undefined ? {} : { description }),
        hashes: [{ alg: 'SHA-256', content: subject.sha256 }],
        licenses: licenses.map((name) => ({ license: { name } })),
        ...(url === undefined ? {} : { externalReferences: [{ type: 'website', url }] }),
      },
    },
    components: components.map(({ shown }) => shown),
    dependencies: [{ ref, dependsOn: direct }, ...components.map((one) => ({ ref: one.ref }))],
  };
}
