import type { WhyAnswer, WhyLine } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { Loaded } from './problem.tsx';
import { JsonLink, Section, StateBadge, Time } from './values.tsx';
import { When } from './when.tsx';
import { jobAddress, logAddress, packageAddress } from './words.ts';

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
  const { id, state, sinceMs, when, next, planned, now, plan, attempts } = answer;
  return (
    <>
      <p>
        <StateBadge state={state} /> in <a href={`/plans/${plan}`}>plan {plan}</a>, <Time at={sinceMs} />
        {when && (
          <>
            {when.end ? ' · done ' : ' · '}
            <When forecast={when} />
          </>
        )}
        {' · '}
        <a href={packageAddress(id)}>package</a>
        {attempts.length > 0 && (
          <>
            {' · '}
            <a href={logAddress(id)}>log</a>
          </>
        )}
      </p>
      <h3>Now</h3>
      <Chain lines={now} of={id} />
      <p class="next">
        {next.text}
        {next.commands.map((command) => (
          <code key={command}>{command}</code>
        ))}
      </p>
      <h3>Planned because</h3>
      <Chain lines={planned} of={id} />
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

function Chain({ lines, of }: { readonly lines: readonly WhyLine[]; readonly of: string }) {
  return <Links links={nested(lines)} of={of} />;
}

/** `of`: the job that is spoken of where a line names no other. */
function Links({ links, of }: { readonly links: readonly Link[]; readonly of: string }) {
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
          {line.kind === 'failed' && (
            <>
              {' '}
              <a href={logAddress(line.job ?? of)}>where in the log, and whether before</a>
            </>
          )}
          <Links links={behind} of={line.job ?? of} />
        </li>
      ))}
    </ul>
  );
}
