import type { ComponentChildren } from 'preact';
import { useHome } from './home.ts';
import { useNow } from './now.ts';
import { signOf, toneOf } from './states.ts';
import { bytes, duration, fullTime, jobAddress, jobParts, relativeTime, roughDuration } from './words.ts';

/** A time as people say it; local time and UTC show on hover. Nothing where there is none. */
export function Time({ at, none = '' }: { readonly at: number | null | undefined; readonly none?: string }) {
  const now = useNow();
  if (at === null || at === undefined) return <>{none}</>;
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}

/** How long something took or takes. */
export function Duration({
  ms,
  none = '',
}: {
  readonly ms: number | null | undefined;
  readonly none?: string;
}) {
  if (ms === null || ms === undefined) return <>{none}</>;
  return <span class="number">{duration(ms)}</span>;
}

/** How long something has been going on. */
export function Since({ at }: { readonly at: number }) {
  const now = useNow();
  return (
    <time class="number" dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {roughDuration(Math.max(0, now - at))}
    </time>
  );
}

/** A number of bytes; the exact one shows on hover. */
export function Bytes({
  count,
  none = '',
}: {
  readonly count: number | null | undefined;
  readonly none?: string;
}) {
  if (count === null || count === undefined) return <>{none}</>;
  return (
    <span class="number" title={`${count} bytes`}>
      {bytes(count)}
    </span>
  );
}

/** A state as sign, colour and word, so that none of them carries it alone. `word`: another word than the state's own. */
export function StateBadge({ state, word }: { readonly state: string; readonly word?: string }) {
  return (
    <span class="badge" data-tone={toneOf(state)} data-state={state}>
      <span aria-hidden="true">{signOf(state)}</span> {word ?? state}
    </span>
  );
}

/** A job by its name, with what tells it from others of that name; it leads to the job's page. */
export function JobName({ id }: { readonly id: string }) {
  const { target, arch, name } = jobParts(id);
  const home = useHome();
  return (
    <>
      <a href={jobAddress(id)}>{name}</a>
      {home !== undefined && `${target}/${arch}` !== home && <small class="of"> {`${target}/${arch}`}</small>}
    </>
  );
}

/** The same as JSON. */
export function JsonLink({
  path,
  what = 'the same as JSON',
}: {
  readonly path: string;
  readonly what?: string;
}) {
  return (
    <a class="json" href={path} title={`${what}: ${path}`} aria-label={what}>
      JSON
    </a>
  );
}

/** There is nothing here, and why. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A part of a page with its heading. `aside`: what stands at the end of the line. */
export function Section(props: {
  readonly title: string;
  readonly id?: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const id = props.id ?? props.title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return (
    <section class="section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{props.title}</h2>
        {props.aside && <div class="aside">{props.aside}</div>}
      </header>
      {props.children}
    </section>
  );
}

/** Part of a whole as a bar, with its words: for load of builders and the like. */
export function Meter({
  value,
  of,
  label,
}: {
  readonly value: number;
  readonly of: number;
  readonly label: string;
}) {
  return (
    <span class="meter">
      <span
        class="bar"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, of)}
        aria-valuenow={value}
        aria-valuetext={`${value} of ${of}`}
      >
        <span style={{ width: `${(100 * value) / Math.max(1, of)}%` }} />
      </span>
      <span class="number" aria-hidden="true">
        {value}/{of}
      </span>
    </span>
  );
}
