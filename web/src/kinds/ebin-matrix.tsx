import type { EbinMatrix, EbinRequestView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { PageProps } from '../page.ts';
import { tell } from '../pieces/notice.tsx';
import { Command } from '../pieces/operator.tsx';
import { Loaded, Problem } from '../pieces/problem.tsx';
import { Bytes, JsonLink, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count, logAddress } from '../pieces/words.ts';
import { Combinations } from './ebin-combinations.tsx';
import { decided, standingOf, stateOf, type UseState, wholeWish } from './ebin-flags.ts';

/** The USE matrix of one ebin: flags that are decided, what there is within them, what is shared, what is missing. */
export function MatrixView({ params, query }: PageProps) {
  const { repository = '', category = '', version = '' } = params;
  const use = query.get('use') ?? '';
  const at = `/api/ebins/${[repository, category, version].map(encodeURIComponent).join('/')}`;
  const address = use === '' ? at : `${at}?use=${encodeURIComponent(use)}`;
  const live = useLive<EbinMatrix>(address);
  return (
    <Loaded live={live}>
      {(matrix) => (
        <>
          <Facts matrix={matrix} json={address} />
          <Section title="Flags" id="flags">
            <Flags matrix={matrix} />
            <Choice matrix={matrix} />
          </Section>
          <Combinations
            matrix={matrix}
            onWish={decide}
            ask={(flags, label) => <Ask matrix={matrix} use={flags} label={label} />}
          />
          {matrix.takesRequests && <Requests matrix={matrix} />}
          <Parts matrix={matrix} />
          {matrix.problems.map(({ code, message }) => (
            <Problem key={`${code} ${message}`} problem={{ code, what: message }} />
          ))}
        </>
      )}
    </Loaded>
  );
}

const decide = (flags: readonly string[]): void => setQuery({ use: flags.join(' ') });

function Facts({ matrix, json }: { readonly matrix: EbinMatrix; readonly json: string }) {
  const { cpv, origin, repository, path, pinned, dropped, keptBytes, savedBytes, demands } = matrix;
  const named = (words: string, isOn: boolean): string[] => {
    const flags = pinned.filter((one) => one.isOn === isOn).map(({ flag }) => flag);
    return flags.length === 0 ? [] : [`${words}: ${flags.join(', ')}`];
  };
  const facts = [
    ...(origin === cpv ? [] : [`made of ${origin}`]),
    ...named('always on', true),
    ...named('always off', false),
    ...(dropped.length === 0 ? [] : [`left out: ${dropped.join(', ')}`]),
    ...(demands ? [`its ebuild demands: ${demands}`] : []),
  ];
  return (
    <p class="line">
      <a href={`/ebins/${encodeURIComponent(repository)}`}>all ebins of {repository}</a> ·{' '}
      <a href={`/trees/${encodeURIComponent(repository)}/${path}`} download>
        ebuild
      </a>{' '}
      · <Bytes count={keptBytes} /> kept, <Bytes count={savedBytes} /> saved by sharing
      {facts.map((fact) => ` · ${fact}`)} <JsonLink path={json} />
    </p>
  );
}

function Flags({ matrix }: { readonly matrix: EbinMatrix }) {
  const deciding = matrix.flags.filter(({ changes }) => changes.length > 0);
  const neutral = matrix.flags.filter(({ changes }) => changes.length === 0);
  const isDecided = neutral.some(({ flag }) => stateOf(flag, matrix.filter) !== 'any');
  return (
    <>
      {matrix.flags.length === 0 && <p class="body">No flag chooses here: there is one content.</p>}
      <div class="flags">
        {deciding.map((flag) => (
          <Flag key={flag.flag} matrix={matrix} of={flag} />
        ))}
      </div>
      {neutral.length > 0 && (
        <details class="body" open={isDecided}>
          <summary>{count(neutral.length, 'flag')} that no content depends on</summary>
          <div class="flags">
            {neutral.map((flag) => (
              <Flag key={flag.flag} matrix={matrix} of={flag} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

const said: Readonly<Record<UseState, string>> = { on: 'on', off: 'off', any: 'either' };

function Flag({ matrix, of }: { readonly matrix: EbinMatrix; readonly of: EbinMatrix['flags'][number] }) {
  const { flag, byDefault, changes } = of;
  const now = stateOf(flag, matrix.filter);
  return (
    <fieldset data-flag={flag} data-use={now}>
      <legend title={changes.length > 0 ? `changes ${changes.join(', ')}` : 'changes nothing'}>
        {flag}
        {byDefault && <small> (on by default)</small>}
      </legend>
      {(['any', 'on', 'off'] as const).map((state) => (
        <label key={state}>
          <input
            type="radio"
            name={`flag-${flag}`}
            checked={now === state}
            onChange={() => decide(decided(matrix, flag, state))}
          />
          {said[state]}
        </label>
      ))}
    </fieldset>
  );
}

const words = {
  built: 'This combination is built.',
  missing: 'Nobody has built this combination.',
  forbidden: 'The ebuild does not allow this combination.',
};
const badges = { built: 'succeeded', missing: 'waiting', forbidden: 'failed' } as const;

function Choice({ matrix }: { readonly matrix: EbinMatrix }) {
  const { choice, takesRequests } = matrix;
  return (
    <div class="body" role="status">
      {choice && (
        <>
          <p>
            <StateBadge state={badges[choice.state]} word={words[choice.state]} />{' '}
            {choice.state === 'missing' && takesRequests && (
              <Ask matrix={matrix} use={choice.use} label="Request this combination" />
            )}
          </p>
          {choice.nearest.length > 0 && (
            <p class="buttons start">
              nearest:
              {choice.nearest.slice(0, 8).map(({ use, turnOn, turnOff }) => (
                <button type="button" key={use.join(' ')} onClick={() => decide(wholeWish(matrix, use))}>
                  {[
                    ...turnOn.map((flag) => `turn ${flag} on`),
                    ...turnOff.map((flag) => `turn ${flag} off`),
                  ].join(', ')}
                </button>
              ))}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** Asks for a combination that nobody has built. */
function Ask({
  matrix,
  use,
  label,
}: {
  readonly matrix: EbinMatrix;
  readonly use: readonly string[];
  readonly label: string;
}) {
  const wish = wholeWish(matrix, use);
  return (
    <Command<EbinRequestView>
      label={label}
      description={`${label}: ${wish.join(' ') || 'no flags'}`}
      address="/api/ebin-requests"
      body={{ target: matrix.repository, atom: matrix.cpv, use: wish }}
      done={(sent) => {
        if (sent === undefined) return;
        tell('trouble' in sent ? sent.trouble : `The combination is asked for: ${standingOf(sent.answer)}`);
      }}
    />
  );
}

/** What is asked for of this ebin, by anybody. */
function Requests({ matrix }: { readonly matrix: EbinMatrix }) {
  const { data } = useLive<readonly EbinRequestView[]>('/api/ebin-requests');
  const own = data?.filter((one) => one.target === matrix.repository && one.package === matrix.cpv) ?? [];
  if (own.length === 0) return null;
  return (
    <Section title="Asked for" id="asked-for" aside={<JsonLink path="/api/ebin-requests" />}>
      <ul class="reasons">
        {own.map((one) => (
          <li key={one.id}>
            <code>{one.use.join(' ') || 'all off'}</code> <Time at={one.requestedMs} />: {standingOf(one)}{' '}
            {one.job && <a href={logAddress(one.job)}>log</a>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Parts({ matrix }: { readonly matrix: EbinMatrix }) {
  return (
    <Section title="Shared content" id="parts">
      <div class="table-box">
        <table>
          <caption class="unseen">Objects by class of files</caption>
          <thead>
            <tr>
              {['Class', 'Comes with', 'Objects', 'Size', 'Saved by sharing', 'Does not depend on'].map(
                (head) => (
                  <th scope="col" key={head}>
                    {head}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {matrix.parts.map((one) => (
              <tr key={one.part}>
                <th scope="row">{one.part}</th>
                <td>{one.flag ? `flag ${one.flag}` : 'the package'}</td>
                <td>{`${one.objects} for ${count(one.combinations, 'combination')}`}</td>
                <td>
                  <Bytes count={one.keptBytes} />
                </td>
                <td>
                  <Bytes count={one.savedBytes} />
                </td>
                <td class="loose">{one.neutral.join(', ') || 'nothing'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
