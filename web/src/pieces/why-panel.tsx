import type { WhyAnswer, WhyLine } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { Loaded } from './problem.tsx';
import { JsonLink, Section, StateBadge, Time } from './values.tsx';
import { When } from './when.tsx';
import { jobAddress } from './words.ts';

/** Why a job stands where it does, when it will be done, and what to do: for the pages of jobs and packages. `of`: a name or a whole job id. */
export function WhyPanel({ of }: { readonly of: string }) {
  const path = `/api/why?${new URLSearchParams({ of })}`;
  const live = useLive<WhyAnswer>(path);
  return (
    <Section title="Why and when" id="why" aside={<JsonLink path={path} what="the answer as JSON" />}>
      <div class="body why">
        <Loaded live={live}>{(answer) => <Answer answer={answer} />}</Loaded>
      </div>
    </Section>
  );
}

function Answer({ answer }: { readonly answer: WhyAnswer }) {
  const { state, sinceMs, when, next, planned, now, plan } = answer;
  return (
    <>
      <p>
        <StateBadge state={state} /> in <a href={`/plans/${plan}`}>plan {plan}</a>, <Time at={sinceMs} />
        {when && (
          <>
            {' · done '}
            <When forecast={when} />
          </>
        )}
      </p>
      <h3>Now</h3>
      <Chain lines={now} />
      <p class="next">
        {next.text}
        {next.commands.map((command) => (
          <code key={command}>{command}</code>
        ))}
      </p>
      <h3>Planned because</h3>
      <Chain lines={planned} />
    </>
  );
}

interface Link {
  readonly line: WhyLine;
  readonly behind: Link[];
}

/** Lines with depths as lists within lists. */
function nested(lines: readonly WhyLine[]): readonly Link[] {
  const top: Link[] = [];
  const open: Link[] = [];
  for (const line of lines) {
    const link = { line, behind: [] };
    open.length = line.depth;
    (open[line.depth - 1]?.behind ?? top).push(link);
    open[line.depth] = link;
  }
  return top;
}

function Chain({ lines }: { readonly lines: readonly WhyLine[] }) {
  return <Links links={nested(lines)} />;
}

function Links({ links }: { readonly links: readonly Link[] }) {
  if (links.length === 0) return null;
  return (
    <ul class="chain">
      {links.map(({ line, behind }) => (
        <li key={`${line.kind} ${line.text}`} data-kind={line.kind}>
          {line.text}
          {line.job && (
            <>
              {' '}
              <a href={jobAddress(line.job)} aria-label={`the job ${line.job}`}>
                →
              </a>
            </>
          )}
          <Links links={behind} />
        </li>
      ))}
    </ul>
  );
}
