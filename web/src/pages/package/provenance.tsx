import type { PackageProvenance, PackageView } from '../../../../src/api/index.ts';
import { useLive } from '../../api.ts';
import { Loaded } from '../../pieces/problem.tsx';
import { Table } from '../../pieces/table.tsx';
import { Empty, JsonLink, Section, Time } from '../../pieces/values.tsx';
import { packageApi } from './address.ts';
import { VerdictDetails } from './verdict.tsx';

/** What of a statement is shown (docs/provenance.md). */
interface Statement {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicate: {
    readonly buildDefinition: {
      readonly resolvedDependencies: readonly Material[];
    };
    readonly runDetails: {
      readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> };
      readonly metadata: { readonly startedOn: string; readonly finishedOn: string };
    };
  };
}

interface Material {
  readonly name: string;
  readonly uri?: string;
  readonly digest?: Readonly<Record<string, string>>;
  readonly annotations?: { readonly role?: string };
}

/** How the newest packages were made, and whether the same comes out again. */
export function Provenance({ view }: { readonly view: PackageView }) {
  const stated = view.made.filter(({ hasStatement }) => hasStatement);
  const [first] = stated;
  const path = packageApi(view, '/provenance', first ? { output: first.name, version: first.version } : {});
  return (
    <Section
      title="Provenance"
      aside={first && <JsonLink path={path} what="statement and bill of materials as JSON" />}
    >
      {view.made.map(({ name, verdict }) => (
        <div key={name} class="body">
          {view.made.length > 1 && <h3>{name}</h3>}
          {verdict ? (
            <VerdictDetails verdict={verdict} />
          ) : (
            <p class="quiet">
              Never built again to be compared; <code>packmill verify-build {name}</code> does it.
            </p>
          )}
        </div>
      ))}
      {first ? <Stated path={path} /> : <Empty>Nothing was stated of how it was made.</Empty>}
    </Section>
  );
}

function Stated({ path }: { readonly path: string }) {
  const live = useLive<PackageProvenance>(path, { isSlow: true });
  return (
    <Loaded live={live}>
      {({ statement, keys, envelope, bill }) => {
        const { predicate, subject } = statement as unknown as Statement;
        const { builder, metadata } = predicate.runDetails;
        return (
          <>
            <p class="body">
              Built on <b>{decodeURIComponent(builder.id.split('#')[1] ?? builder.id)}</b> (
              {versions(builder.version)}) <Time at={Date.parse(metadata.finishedOn)} />, signed by{' '}
              <code class="clip">{keys.join(', ')}</code>.{' '}
              <Download name={`${subject[0]?.name}.provenance.json`} text={envelope}>
                statement
              </Download>
              {bill !== null && (
                <>
                  {', '}
                  <Download name={`${subject[0]?.name}.cdx.json`} text={JSON.stringify(bill)}>
                    bill of materials
                  </Download>
                </>
              )}
            </p>
            <Materials materials={predicate.buildDefinition.resolvedDependencies} json={path} />
          </>
        );
      }}
    </Loaded>
  );
}

const versions = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

/** A text as a file to keep. */
function Download(props: { readonly name: string; readonly text: string; readonly children: string }) {
  return (
    <a download={props.name} href={`data:application/json;charset=utf-8,${encodeURIComponent(props.text)}`}>
      {props.children}
    </a>
  );
}

const hashOf = ({ digest = {} }: Material): string => Object.values(digest)[0] ?? '';

function Materials({ materials, json }: { readonly materials: readonly Material[]; readonly json: string }) {
  return (
    <Table<Material>
      caption="what it was made of"
      name="materials-"
      json={json}
      rows={materials}
      keyOf={(material) => `${material.annotations?.role} ${material.name} ${hashOf(material)}`}
      empty="Nothing is known of what it was made of."
      columns={[
        {
          name: 'name',
          head: 'Made of',
          isHead: true,
          sort: ({ name }) => name,
          cell: ({ name, uri }) =>
            uri && /^https?:/.test(uri) ? (
              <a href={uri} rel="noreferrer">
                {name}
              </a>
            ) : (
              name
            ),
        },
        {
          name: 'role',
          head: 'As',
          sort: ({ annotations }) => annotations?.role,
          cell: ({ annotations }) => annotations?.role,
        },
        {
          name: 'hash',
          head: 'Hash',
          isWide: true,
          cell: (material) => (
            <code title={`${Object.keys(material.digest ?? {})[0]} ${hashOf(material)}`}>
              {hashOf(material).slice(0, 16)}
            </code>
          ),
        },
      ]}
    />
  );
}
