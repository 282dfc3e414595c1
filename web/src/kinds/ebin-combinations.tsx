import type { ComponentChildren } from 'preact';
import type { EbinMatrix } from '../../../src/api/index.ts';
import { Bytes, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count } from '../pieces/words.ts';
import { closer, stateOf } from './ebin-flags.ts';

type Content = EbinMatrix['contents'][number];
type Pattern = Content['patterns'][number];

interface CombinationsProps {
  readonly matrix: EbinMatrix;
  readonly onWish: (flags: readonly string[]) => void;
  readonly ask: (use: readonly string[], label: string) => ComponentChildren;
}

/** Flags that some row says something of; the others would be empty columns. */
function columnsOf(matrix: EbinMatrix): readonly string[] {
  const rows = [...matrix.contents.flatMap(({ patterns }) => patterns), ...matrix.missing];
  return matrix.flags
    .map(({ flag }) => flag)
    .filter((flag) => rows.some((row) => stateOf(flag, row) !== 'any'));
}

/** What is built and what is missing; a row stands for all combinations that look like it. */
export function Combinations(props: CombinationsProps) {
  const { matrix } = props;
  const flags = columnsOf(matrix);
  return (
    <Section title="Combinations" aside={<span role="status">{summaryOf(matrix)}</span>}>
      <div class="table-box" role="group" tabIndex={0} aria-label="combinations">
        <table>
          <caption class="unseen">
            What is built and what is missing; a row stands for all combinations that look like it
          </caption>
          <thead>
            <tr>
              <th scope="col">State</th>
              {flags.map((flag) => (
                <th scope="col" key={flag}>
                  {flag}
                </th>
              ))}
              {matrix.parts.map(({ part }) => (
                <th scope="col" key={part}>
                  {part}
                </th>
              ))}
              <th scope="col">Builds</th>
            </tr>
          </thead>
          <tbody>
            {matrix.contents.flatMap((content, index) =>
              content.patterns.map((pattern, at) => (
                <BuiltRow
                  key={`${index} ${pattern.on.join(' ')} -${pattern.off.join(' -')}`}
                  matrix={matrix}
                  content={content}
                  pattern={pattern}
                  flags={flags}
                  builds={at === 0 ? <Builds content={content} /> : 'as above'}
                />
              )),
            )}
            {matrix.missing.map((pattern) => (
              <MissingRow
                key={`${pattern.on.join(' ')} -${pattern.off.join(' -')}`}
                {...props}
                pattern={pattern}
                flags={flags}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Left matrix={matrix} />
    </Section>
  );
}

function summaryOf({ counts, contents, contentsLeft, filter }: EbinMatrix): string {
  const within = filter.on.length + filter.off.length > 0 ? ' with the flags that are decided' : '';
  const many = (number: number | null): string => (number === null ? 'very many' : String(number));
  return (
    `${count(counts.built, 'combination')} built in ${count(contents.length + contentsLeft, 'content')}, ` +
    `${many(counts.missing)} missing, ${many(counts.forbidden)} not allowed${within}`
  );
}

function Left({ matrix }: { readonly matrix: EbinMatrix }) {
  const { contents, contentsLeft, missingLeft } = matrix;
  const rowsLeft = contents.reduce((sum, { patternsLeft }) => sum + patternsLeft, 0);
  const left = [
    rowsLeft > 0 ? `${rowsLeft} more rows of these contents` : '',
    contentsLeft > 0 ? `${contentsLeft} more contents` : '',
    missingLeft > 0 ? `${missingLeft} more rows of missing combinations` : '',
  ].filter(Boolean);
  if (left.length === 0) return null;
  return <p class="empty">{`${left.join(' and ')}: decide flags to see them.`}</p>;
}

const said = { on: 'on', off: 'off', any: '·' } as const;

const FlagCells = ({ pattern, flags }: { readonly pattern: Pattern; readonly flags: readonly string[] }) => (
  <>
    {flags.map((flag) => {
      const state = stateOf(flag, pattern);
      return (
        <td
          key={flag}
          data-use={state}
          title={state === 'any' ? `${flag} does not matter` : `${flag} is ${state}`}
        >
          {said[state]}
        </td>
      );
    })}
  </>
);

function BuiltRow(props: {
  readonly matrix: EbinMatrix;
  readonly content: Content;
  readonly pattern: Pattern;
  readonly flags: readonly string[];
  readonly builds: ComponentChildren;
}) {
  const { matrix, content, pattern, flags } = props;
  return (
    <tr data-kind="built">
      <th scope="row">
        <StateBadge state="succeeded" word="built" />{' '}
        {pattern.combinations > 1 && <small>{pattern.combinations}</small>}
      </th>
      <FlagCells pattern={pattern} flags={flags} />
      {matrix.parts.map(({ part }) => {
        const object = content.objects.find((one) => one.part === part);
        return (
          <td key={part} title={object?.name}>
            {object ? (
              <>
                #{object.number} <Bytes count={object.size} />{' '}
                <small>
                  {object.combinations > 1 ? `in ${object.combinations} combinations` : 'only here'}
                </small>
              </>
            ) : (
              <span class="quiet">none</span>
            )}
          </td>
        );
      })}
      <td>{props.builds}</td>
    </tr>
  );
}

function Builds({ content: { builds, combinations } }: { readonly content: Content }) {
  const known = builds.filter(({ path }) => path !== undefined);
  const [only] = known;
  const nameOf = ({ buildId }: Content['builds'][number]): string =>
    buildId === undefined ? 'build' : `build ${buildId}`;
  if (!only) return <span class="quiet">not known</span>;
  if (combinations === 1)
    return (
      <span title={only.path}>
        {nameOf(only)} <Time at={only.builtMs} />
      </span>
    );
  return (
    <details>
      <summary>{`${count(known.length, 'build')}${combinations > builds.length ? ` of ${combinations}` : ''}`}</summary>
      <ul>
        {known.map((build) => (
          <li key={build.path} title={build.path}>
            {nameOf(build)}: {build.use.join(' ') || 'all off'} <Time at={build.builtMs} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function MissingRow(
  props: CombinationsProps & { readonly pattern: Pattern; readonly flags: readonly string[] },
) {
  const { matrix, pattern, flags } = props;
  const about = [...pattern.on, ...pattern.off.map((flag) => `-${flag}`)].join(' ') || 'all of them';
  return (
    <tr data-kind="missing">
      <th scope="row">
        <StateBadge state="waiting" word="missing" />{' '}
        {pattern.combinations > 1 && <small>{pattern.combinations}</small>}
      </th>
      <FlagCells pattern={pattern} flags={flags} />
      <td colSpan={Math.max(1, matrix.parts.length)} class="quiet">
        nobody has built it
      </td>
      <td>
        {pattern.combinations === 1 && matrix.takesRequests ? (
          props.ask(pattern.first, 'Request')
        ) : (
          <button
            type="button"
            aria-label={`Look closer: ${about}`}
            onClick={() => props.onWish(closer(matrix, pattern))}
          >
            Look closer
          </button>
        )}
      </td>
    </tr>
  );
}
