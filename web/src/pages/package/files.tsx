import type { PackageFiles, PackageHistory, PackageView } from '../../../../src/api/index.ts';
import { useLive } from '../../api.ts';
import { setQuery } from '../../frame/location.ts';
import { Loaded } from '../../pieces/problem.tsx';
import { Table } from '../../pieces/table.tsx';
import { Bytes, Empty, Section } from '../../pieces/values.tsx';
import { count } from '../../pieces/words.ts';

type Versions = PackageHistory['versions'];
type File = PackageFiles['files'][number];

/** What a package file holds, and what changed since another version. */
export function Files(props: {
  readonly view: PackageView;
  readonly versions: Versions;
  readonly query: URLSearchParams;
}) {
  const { view, versions, query } = props;
  const chosen = versions.find(({ sha256 }) => sha256 === query.get('object')) ?? versions[0];
  const others = versions.filter((one) => one.output === chosen?.output && one !== chosen);
  const before = others.find(({ sha256 }) => sha256 === query.get('before'));
  return (
    <Section title="Files">
      {chosen ? (
        <>
          <search class="filters body">
            <label>
              Package{' '}
              <select
                value={chosen.sha256}
                onChange={({ currentTarget }) => setQuery({ object: currentTarget.value, before: undefined })}
              >
                {versions.map((one) => (
                  <Version key={one.sha256} version={one} />
                ))}
              </select>
            </label>
            <label>
              changes since{' '}
              <select
                value={before?.sha256 ?? ''}
                onChange={({ currentTarget }) =>
                  setQuery({ object: chosen.sha256, before: currentTarget.value })
                }
              >
                <option value="">(all files)</option>
                {others.map((one) => (
                  <Version key={one.sha256} version={one} />
                ))}
              </select>
            </label>
          </search>
          <Contents name={view.name} object={chosen.sha256} before={before?.sha256} />
        </>
      ) : (
        <Empty>Nothing was made yet.</Empty>
      )}
    </Section>
  );
}

const Version = ({ version: { output, version, sha256 } }: { readonly version: Versions[number] }) => (
  <option value={sha256}>{`${output} ${version} (${sha256.slice(0, 8)})`}</option>
);

function Contents(props: {
  readonly name: string;
  readonly object: string;
  readonly before: string | undefined;
}) {
  const { name, object, before } = props;
  const asked = new URLSearchParams({ object, ...(before === undefined ? {} : { before }) });
  const path = `/api/packages/${encodeURIComponent(name)}/files?${asked}`;
  const live = useLive<PackageFiles>(path, { isSlow: true });
  return (
    <Loaded live={live}>
      {({ files, same }) => (
        <>
          {before !== undefined && (
            <p class="body" role="status">
              {`${count(files.length, 'path')} changed, ${count(same, 'path')} the same`}
            </p>
          )}
          <Table<File>
            caption="files"
            name="files-"
            json={path}
            rows={files}
            keyOf={({ path: of }) => of}
            empty={before === undefined ? 'It holds nothing.' : 'Nothing has changed but times.'}
            columns={columnsFor(before !== undefined)}
          />
        </>
      )}
    </Loaded>
  );
}

const signs = { added: '+', removed: '−', changed: '≠' } as const;
const tones = { added: 'good', removed: 'bad', changed: 'warn' } as const;

function columnsFor(isCompared: boolean) {
  return [
    {
      name: 'path',
      head: 'Path',
      isHead: true,
      sort: ({ path }: File) => path,
      cell: ({ path, link }: File) => (
        <code>
          {path}
          {link !== null && <span class="quiet">{` → ${link}`}</span>}
        </code>
      ),
    },
    ...(isCompared
      ? [
          {
            name: 'change',
            head: 'Change',
            sort: ({ change }: File) => change,
            cell: ({ change, aspects }: File) =>
              change && (
                <span class="badge" data-tone={tones[change]}>
                  <span aria-hidden="true">{signs[change]}</span>{' '}
                  {aspects.length > 0 ? aspects.join(', ') : change}
                </span>
              ),
          },
          {
            name: 'before',
            head: 'Before',
            align: 'end' as const,
            isWide: true,
            sort: ({ sizeBefore }: File) => sizeBefore,
            cell: ({ sizeBefore }: File) => <Bytes count={sizeBefore} />,
          },
        ]
      : []),
    {
      name: 'size',
      head: 'Size',
      align: 'end' as const,
      sort: ({ sizeBytes }: File) => sizeBytes,
      cell: ({ sizeBytes, type, change }: File) =>
        type === 'file' && change !== 'removed' ? <Bytes count={sizeBytes} /> : type === 'file' ? '' : type,
    },
    {
      name: 'mode',
      head: 'Mode',
      isWide: true,
      sort: ({ mode }: File) => mode,
      cell: ({ mode }: File) => <code>{mode}</code>,
    },
  ];
}
