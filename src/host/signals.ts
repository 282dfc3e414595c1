import { constants } from 'node:os';

const names = new Map<number, string>(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

/** `SIGTERM` for 15; undefined for numbers that are no signal. */
export function signalName(number: number): string | undefined {
  return names.get(number);
}

/** Sends a signal to one process; false when it is gone or belongs to somebody else. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Whether a process of this id exists (a zombie counts). */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/**
 * Calls back when packmill is asked to end (TERM, INT, HUP) and returns the function that stops listening.
 * While somebody listens, the signals no longer end the process by themselves.
 */
export function onEndRequest(callback: (signal: NodeJS.Signals) => void): () => void {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, callback);
  return () => {
    for (const signal of signals) process.off(signal, callback);
  };
}
