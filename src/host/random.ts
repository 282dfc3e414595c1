import { randomBytes, randomUUID } from 'node:crypto';

/** Where chance comes from. */
export interface Random {
  /** `count` random bytes as lower-case hexadecimal digits (two per byte). */
  hex(count: number): string;
  uuid(): string;
}

export const systemRandom: Random = {
  hex: (count) => randomBytes(count).toString('hex'),
  uuid: () => randomUUID(),
};
