import { useRef } from 'preact/hooks';
import type { PythonSymbolView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { go } from '../frame/location.ts';
import type { KindFace, PageProps } from '../page.ts';
import { Loaded } from '../pieces/problem.tsx';
import { Empty, JsonLink, Section } from '../pieces/values.tsx';
import { Distributions } from './python-distributions.tsx';

const toplevels = '/api/python/toplevels?limit=2000';
const addressOf = (path: string): string => `/python?path=${encodeURIComponent(path)}`;

/** Those that begin with an underscore last. */
const publicFirst = (names: readonly string[]): readonly string[] => [
  ...names.filter((name) => !name.startsWith('_')),
  ...names.filter((name) => name.startsWith('_')),
];

const Name = ({ path, text = path }: { readonly path: string; readonly text?: string }) => (
  <a href={addressOf(path)}>{text}</a>
);

function PythonView({ query }: PageProps) {
  const path = query.get('path') ?? '';
  return (
    <>
      <LookUp key={path} path={path} />
      {path === '' && <Distributions />}
      {path === '' ? <Beginning /> : <Found path={path} />}
    </>
  );
}

function LookUp({ path }: { readonly path: string }) {
  const field = useRef<HTMLInputElement>(null);
  const { data } = useLive<readonly string[]>(toplevels, { isSlow: true });
  const submit = (event: Event): void => {
    event.preventDefault();
    const asked = field.current?.value.trim() ?? '';
    go(asked === '' ? '/python' : addressOf(asked));
  };
  return (
    <search>
      <form class="filters" onSubmit={submit}>
        <label class="filter">
          Path
          <input
            ref={field}
            type="search"
            name="path"
            list="toplevels"
            defaultValue={path}
            placeholder="json.dumps"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
        </label>
        <datalist id="toplevels">
          {data?.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button type="submit">Look up</button>
      </form>
    </search>
  );
}

function Beginning() {
  const live = useLive<readonly string[]>(toplevels, { isSlow: true });
  if (live.fault?.status === 404)
    return <Empty>No symbols of Python are served here: docs/python.md tells how they are.</Empty>;
  return (
    <Loaded live={live}>
      {(names) => (
        <Section title="Importable names" aside={<JsonLink path={toplevels} />}>
          <Names names={publicFirst(names)} pathOf={(name) => name} />
        </Section>
      )}
    </Loaded>
  );
}

function Found({ path }: { readonly path: string }) {
  const address = `/api/python/symbol?path=${encodeURIComponent(path)}`;
  const live = useLive<PythonSymbolView>(address, { isSlow: true });
  return (
    <Loaded live={live}>
      {(symbol) => (
        <>
          <h2 class="between">
            <Crumbs path={path} /> <small>{symbol.kind}</small> <JsonLink path={address} />
          </h2>
          {symbol.signature !== null && (
            <p>
              <code>
                {path.split('.').at(-1)}
                {symbol.signature}
              </code>
            </p>
          )}
          <Facts symbol={symbol} />
          {symbol.documentation !== '' && (
            <Section title="Documentation">
              <p class="body documentation">{symbol.documentation}</p>
            </Section>
          )}
          {symbol.members.length > 0 && (
            <Section title={`Members (${symbol.members.length})`} id="members">
              <Names names={publicFirst(symbol.members)} pathOf={(name) => `${path}.${name}`} />
            </Section>
          )}
        </>
      )}
    </Loaded>
  );
}

function Crumbs({ path }: { readonly path: string }) {
  const parts = path.split('.');
  return (
    <>
      {parts.map((part, at) => {
        const own = parts.slice(0, at + 1).join('.');
        return (
          <span key={own}>
            {at > 0 && '.'}
            {at === parts.length - 1 ? part : <Name path={own} text={part} />}
          </span>
        );
      })}
    </>
  );
}

function Facts({ symbol }: { readonly symbol: PythonSymbolView }) {
  const { canonical, signatureFrom, type, bases, returnTypes, providedBy } = symbol;
  const list = (paths: readonly string[]) =>
    paths.map((one, at) => (
      <span key={one}>
        {at > 0 && ', '}
        <Name path={one} />
      </span>
    ));
  const rows = [
    { label: 'own name', value: [<Name key="own" path={canonical.path} />, ` in ${canonical.distribution}`] },
    { label: 'signature from', value: signatureFrom === null ? [] : [signatureFrom] },
    { label: 'class', value: type === null ? [] : list([type]) },
    { label: 'bases', value: list(bases) },
    { label: 'returns', value: list(returnTypes) },
    { label: 'found in', value: providedBy.length === 0 ? [] : [providedBy.join(', ')] },
  ];
  return (
    <dl class="facts">
      {rows.map(
        ({ label, value }) =>
          value.length > 0 && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

const Names = (props: { readonly names: readonly string[]; readonly pathOf: (name: string) => string }) => (
  <ul class="names">
    {props.names.map((name) => (
      <li key={name}>
        <Name path={props.pathOf(name)} text={name} />
      </li>
    ))}
  </ul>
);

export const pythonKind: KindFace = {
  name: 'python',
  label: 'Symbols of Python',
  pages: [
    {
      path: '/python',
      title: () => 'Symbols of Python',
      view: PythonView,
      nav: { label: 'Python symbols', group: 'Tools' },
    },
  ],
};
