import { type RequestedPackages, requestedPackages } from './requested-packages.ts';

/** One `[deploy ...]` of a commit message. */
export interface DeployMarker extends RequestedPackages {
  /** As it was written, for messages. */
  readonly text: string;
  /** Whether it names anything and nothing else: a marker that does not is fatal. */
  readonly isReadable: boolean;
}

/**
 * Every deploy marker of a message, subject and body (specification 5.2): `[deploy` and a blank, names as in
 * `requestedPackages`, `]`. A marker that is never closed ends with its line.
 */
export function deployMarkers(message: string): readonly DeployMarker[] {
  const markers: DeployMarker[] = [];
  for (const match of message.matchAll(/\[deploy(?:[ \t]([^\]\n]*)|(?=\]|[ \t]*$))(\]|$)/gm)) {
    const requested = requestedPackages(match[1] ?? '');
    const isClosed = match[2] === ']';
    const names = requested.all || requested.packages.length > 0;
    markers.push({
      text: match[0],
      ...requested,
      isReadable: isClosed && names && requested.unreadable.length === 0,
    });
  }
  return markers;
}
