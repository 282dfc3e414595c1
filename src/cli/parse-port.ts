import { InvalidArgumentError } from 'commander';

/** A TCP port to listen on; 0 lets the system choose one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('expected a port from 1 to 65535, or 0 for any that is free');
  return port;
}
