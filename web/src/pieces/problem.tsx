import type { ComponentChildren } from 'preact';
import type { Live, ReadFault } from '../api.ts';
import { Empty } from './values.tsx';

interface Shown {
  readonly code?: string | undefined;
  readonly what: string;
  readonly why?: string | undefined;
  readonly next?: string | undefined;
}

/** A problem: what is the matter, why, and what to do now. */
export function Problem({ problem }: { readonly problem: Shown }) {
  const { code, what, why, next } = problem;
  return (
    <div class="problem" role="alert">
      <p>
        {code && <code>{code}</code>} {what}
      </p>
      {why && <p class="why">{why}</p>}
      {next && <p class="next">{next}</p>}
    </div>
  );
}

/** The problem of something that could not be read. */
export const FaultShown = ({ fault }: { readonly fault: ReadFault }) => (
  <Problem problem={fault.problem ?? { what: fault.message }} />
);

/**
 * Shows live data as soon as there is some; before, that it is being read or why it cannot be. What was there stays while
 * the network is away: the line at the top of the page says so.
 */
export function Loaded<Data>(props: {
  readonly live: Live<Data>;
  readonly children: (data: Data) => ComponentChildren;
}) {
  const { data, fault } = props.live;
  if (fault && (data === undefined || fault.status >= 400)) return <FaultShown fault={fault} />;
  if (data === undefined) return <Empty>reading …</Empty>;
  return <>{props.children(data)}</>;
}
