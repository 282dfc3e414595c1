import type { FastifyRequest } from 'fastify';
import type { FarmService } from '../app/index.ts';
import { refuse } from './refusal.ts';
import type { WrongTokens } from './wrong-tokens.ts';

export interface SignIn {
  /** Passes for a token with the role operator. */
  readonly operator: (request: FastifyRequest) => Promise<void>;
  /** Passes for a token with the role builder and for that of a running attempt. */
  readonly builder: (request: FastifyRequest) => Promise<void>;
}

/** Checks bearer tokens before a body is read. Throws HTP002, HTP003 and HTP005. */
export function signIn(service: FarmService, wrongTokens: WrongTokens): SignIn {
  const roleOf = (request: FastifyRequest): string => {
    const token = tokenOf(request);
    // A right token passes whoever else shares the address: a stranger behind the same proxy, or on the farm's own
    // machine, must not be able to lock its owner out. Tokens are random and too long to be guessed in any case.
    const role = service.authenticate(token)?.role ?? (service.mayHandIn(token) ? 'builder' : undefined);
    if (role !== undefined) return role;
    const wait = wrongTokens.waitSeconds(request.ip);
    if (wait > 0) {
      const what = `address '${request.ip}' has sent too many wrong tokens`;
      throw refuse('HTP005', { what }, { 'retry-after': String(wait) });
    }
    wrongTokens.note(request.ip);
    const headers = { 'www-authenticate': 'Bearer realm="packmill", error="invalid_token"' };
    throw refuse('HTP002', { what: 'the token is not valid' }, headers);
  };
  const need = (role: string, needed: string): void => {
    if (role === needed) return;
    const headers = { 'www-authenticate': 'Bearer realm="packmill", error="insufficient_scope"' };
    const what = `the token has the role '${role}', and the route needs '${needed}'`;
    throw refuse('HTP003', { what }, headers);
  };
  return {
    operator: async (request) => need(roleOf(request), 'operator'),
    builder: async (request) => need(roleOf(request), 'builder'),
  };
}

/** Whose token a request brings, for the record. */
export const whoAsks = (service: FarmService, request: FastifyRequest): string | undefined =>
  service.authenticate(tokenOf(request))?.name;

/** The bearer token of a request. Throws HTP002 when there is none; that is no wrong guess. */
export function tokenOf(request: FastifyRequest): string {
  const [, token] = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token !== undefined) return token;
  const headers = { 'www-authenticate': 'Bearer realm="packmill"' };
  throw refuse('HTP002', { what: 'the request brings no token' }, headers);
}
