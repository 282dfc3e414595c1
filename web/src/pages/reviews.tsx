import type { Review, ReviewHead } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { Page, PageProps } from '../page.ts';
import { Diff } from '../pieces/diff.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { Table } from '../pieces/table.tsx';
import { Empty, JsonLink, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count, number } from '../pieces/words.ts';

const path = '/api/reviews';

const addressOf = ({ source, package: name }: Pick<ReviewHead, 'source' | 'package'>): string =>
  `/reviews/${encodeURIComponent(source)}/${encodeURIComponent(name)}`;

/** How large a change is by the rules. */
function Size({ size }: { readonly size: ReviewHead['size'] }) {
  if (size === null) return <span class="quiet">not known here</span>;
  const states = { none: 'fresh', minor: 'fresh', major: 'review' } as const;
  return <StateBadge state={states[size]} word={size} />;
}

/** Findings that deserve a look first. */
const Alarms = ({ alarms }: { readonly alarms: number }) =>
  alarms === 0 ? <>0</> : <span class="bad">⚠ {number(alarms)}</span>;

function ReviewsView() {
  const live = useLive<readonly ReviewHead[]>(path, { isSlow: true });
  return (
    <Loaded live={live}>
      {(reviews) => (
        <Section title={`${count(reviews.length, 'change')} waiting for a review`} id="reviews">
          <Table<ReviewHead>
            caption="changes that wait for a review"
            json={path}
            rows={reviews}
            keyOf={({ source, package: name }) => `${source}/${name}`}
            empty="No change of a recipe waits for anybody."
            columns={[
              {
                name: 'package',
                head: 'Package',
                isHead: true,
                sort: (one) => one.package,
                cell: (one) => <a href={addressOf(one)}>{one.package}</a>,
              },
              {
                name: 'size',
                head: 'Change',
                sort: ({ size }) => size,
                cell: ({ size }) => <Size size={size} />,
              },
              {
                name: 'alarms',
                head: 'Suspicious',
                align: 'end',
                sort: ({ alarms }) => alarms,
                cell: ({ alarms }) => <Alarms alarms={alarms} />,
              },
              {
                name: 'since',
                head: 'Proposed',
                sort: ({ sinceMs }) => sinceMs,
                cell: ({ sinceMs }) => <Time at={sinceMs} />,
              },
              {
                name: 'source',
                head: 'Source',
                isWide: true,
                sort: ({ source }) => source,
                cell: ({ source }) => source,
              },
              {
                name: 'url',
                head: 'Request',
                isWide: true,
                cell: ({ url, branch }) =>
                  url && /^https?:/.test(url) ? <a href={url}>{branch}</a> : <code>{branch}</code>,
              },
            ]}
          />
        </Section>
      )}
    </Loaded>
  );
}

function ReviewView({ params }: PageProps) {
  const { source = '', name = '' } = params;
  const address = `${path}/${encodeURIComponent(source)}/${encodeURIComponent(name)}`;
  const live = useLive<Review>(address, { isSlow: true });
  return (
    <Loaded live={live}>
      {(review) => (
        <>
          <p class="line">
            <Size size={review.size} />, proposed <Time at={review.sinceMs} /> in{' '}
            <a href={`/upstreams?${new URLSearchParams({ source })}`}>{source}</a>
            {review.url && /^https?:/.test(review.url) && (
              <>
                , <a href={review.url}>merge request</a>
              </>
            )}{' '}
            <JsonLink path={address} />
          </p>
          <div class="columns">
            <Section title="What it brings" id="findings">
              <Findings review={review} />
            </Section>
            <Section title={`Why it is ${review.size}`} id="reasons">
              <Reasons review={review} />
            </Section>
          </div>
          {review.files.map(({ path: file, diff }) => (
            <Section key={file} title={file} id={`file-${file}`}>
              {diff === null ? (
                <Empty>No text, or too long to be shown here.</Empty>
              ) : (
                <Diff text={diff} label={`what changes in ${file}`} />
              )}
            </Section>
          ))}
        </>
      )}
    </Loaded>
  );
}

function Findings({ review }: { readonly review: Review }) {
  if (review.findings.length === 0) return <Empty>Nothing beyond versions, releases and checksums.</Empty>;
  const named = new Map(review.findings.map(({ topic, title }) => [topic, title]));
  return (
    <dl class="findings">
      {[...named].map(([topic, title]) => (
        <div key={topic}>
          <dt>{title}</dt>
          {review.findings
            .filter((one) => one.topic === topic)
            .map(({ weight, what, shown, file, line }) => (
              <dd key={`${file} ${line} ${what} ${shown}`} data-weight={weight}>
                {weight === 'alarm' && <span class="bad">⚠ </span>}
                {what} {shown && <code>{shown}</code>}{' '}
                {file && <small>{line === undefined ? file : `${file}:${line}`}</small>}
              </dd>
            ))}
        </div>
      ))}
    </dl>
  );
}

function Reasons({ review }: { readonly review: Review }) {
  if (review.reasons.length === 0) return <Empty>Nothing differs that counts.</Empty>;
  return (
    <ul class="reasons">
      {review.reasons.map(({ file, line, what, rule }) => (
        <li key={`${file} ${line} ${rule} ${what}`}>
          {what} <small>{`${line === undefined ? file : `${file}:${line}`} (${rule})`}</small>
        </li>
      ))}
    </ul>
  );
}

export const reviewsPage: Page = {
  path: '/reviews',
  title: () => 'Reviews',
  view: ReviewsView,
  nav: { label: 'Reviews', group: 'Recipes' },
};

export const reviewPage: Page = {
  path: '/reviews/:source/:name',
  title: ({ name }) => `Review of ${name}`,
  view: ReviewView,
};
