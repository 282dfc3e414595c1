import type { PackageRow, PackageView } from '../../../../src/api/index.ts';
import { Time } from '../../pieces/values.tsx';
import { count } from '../../pieces/words.ts';

const words = {
  reproduced: ['✓', 'good', 'reproduced'],
  differs: ['≠', 'bad', 'differs'],
  cannot: ['?', 'warn', 'cannot tell'],
} as const;

/** What came of building the same once more. */
export function VerdictBadge({ verdict }: { readonly verdict: PackageRow['verdict'] }) {
  if (verdict === null) return null;
  const [sign, tone, word] = words[verdict];
  return (
    <span class="badge" data-tone={tone}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}

type Verdict = NonNullable<PackageView['made'][number]['verdict']>;

/** A verdict with its reasons: what is missing, or path by path what differs. */
export function VerdictDetails({ verdict }: { readonly verdict: Verdict }) {
  const { missing, differences, diffoscope, surroundings, atMs } = verdict;
  return (
    <div class="verdict">
      <p>
        <VerdictBadge verdict={verdict.verdict} /> <Time at={atMs} />
        {verdict.verdict === 'reproduced' && ': the same in every byte'}
        {verdict.verdict === 'differs' &&
          `: ${count(differences.length, 'path is', 'paths are')} not the same`}
      </p>
      {missing.length > 0 && <Lines lines={missing} />}
      {differences.map(({ path, kind, lines }) => (
        <details key={path} open={differences.length < 4}>
          <summary>
            <code>{path}</code> {kind === 'changed' ? '' : kind.replace('-', ' ')}
          </summary>
          {lines.length > 0 && <pre class="difference">{lines.join('\n')}</pre>}
        </details>
      ))}
      {diffoscope && (
        <details>
          <summary>what diffoscope says</summary>
          <pre class="difference">{diffoscope.join('\n')}</pre>
        </details>
      )}
      {surroundings.length > 0 && (
        <details>
          <summary>{`not as it was then: ${count(surroundings.length, 'thing')}`}</summary>
          <Lines lines={surroundings} />
        </details>
      )}
    </div>
  );
}

const Lines = ({ lines }: { readonly lines: readonly string[] }) => (
  <ul>
    {lines.map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
);
