import type { Redis } from 'ioredis';
import { claim } from './claim.ts';
import { offer, reap, release, renew, settle, withdraw } from './moves.ts';
import { counts, list, mark, recall, restore } from './records.ts';

const scripts = { claim, offer, reap, release, renew, settle, withdraw, counts, list, mark, recall, restore };
export type ScriptName = keyof typeof scripts;

export type Argument = string | number;

/** Makes the scripts commands of a connection; ioredis loads them again when the server has lost them. */
export function defineScripts(redis: Redis): void {
  for (const [name, lua] of Object.entries(scripts))
    redis.defineCommand(commandOf(name), { lua, numberOfKeys: 1 });
}

/** Runs a script; what it returns is documented with it. */
export function runScript(
  redis: Redis,
  name: ScriptName,
  prefix: string,
  args: readonly Argument[],
): Promise<unknown> {
  const commands = redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>;
  const command = commands[commandOf(name)];
  if (!command) throw new Error(`script '${name}' is not defined on this connection`);
  return command.call(redis, prefix, ...args);
}

const commandOf = (name: string): string => `packmill_${name}`;
