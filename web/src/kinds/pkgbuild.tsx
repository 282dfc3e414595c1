import type { UpkeepPackages, UpkeepView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { KindFace, PanelProps } from '../page.ts';
import { Section, StateBadge, Time } from '../pieces/values.tsx';

/** What the upkeep of a recipe source knows of a package. */
function UpkeepPanel({ name }: PanelProps) {
  const { data: sources } = useLive<readonly UpkeepView[]>('/api/upkeep', { isSlow: true });
  return (
    <>
      {sources?.map(({ source }) => (
        <OfSource key={source} source={source} name={name} />
      ))}
    </>
  );
}

function OfSource({ source, name }: { readonly source: string; readonly name: string }) {
  const path = `/api/upkeep/${encodeURIComponent(source)}/packages?${new URLSearchParams({ name })}`;
  const { data } = useLive<UpkeepPackages>(path, { isSlow: true });
  const found = data?.packages[0];
  if (!found) return null;
  const { state, follows, checkedMs, error, nextTryMs, review } = found;
  return (
    <Section title={`Upstream, as ${source} knows it`} id={`upkeep-${source}`}>
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <StateBadge state={state} />
        </dd>
        <dt>Follows</dt>
        <dd>{follows ?? 'nothing'}</dd>
        <dt>Last check</dt>
        <dd>
          <Time at={checkedMs} none="never" />
        </dd>
        {error && (
          <>
            <dt>Last error</dt>
            <dd class="bad">
              {error.what}, next try <Time at={nextTryMs} none="with the next run" />
            </dd>
          </>
        )}
        {review && (
          <>
            <dt>Review</dt>
            <dd>
              <a href={`/reviews/${encodeURIComponent(source)}/${encodeURIComponent(name)}`}>
                a change waits
              </a>{' '}
              since <Time at={review.sinceMs} />
            </dd>
          </>
        )}
      </dl>
    </Section>
  );
}

export const pkgbuildKind: KindFace = {
  name: 'pkgbuild',
  label: 'PKGBUILD recipes',
  pages: [],
  panel: UpkeepPanel,
};
