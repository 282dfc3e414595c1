import type { FastifyRequest } from 'fastify';
import type { Bearer, FarmService, TokenRole } from '../app/index.ts';
import { refuse } from './refusal.ts';
import type { WrongTokens } from './wrong-tokens.ts';

export interface SignIn {
  /** Who passed `operator`; undefined before that, and for others. */
  readonly passed: (request: FastifyRequest) => Bearer | undefined;
  /** Whose token a request brings, if it brings a right one; nothing is refused. */
  readonly asks: (request: FastifyRequest) => Bearer | undefined;
  /** Passes for a token with the role operator. */
  readonly operator: (request: FastifyRequest) => Promise<void>;
  /** Passes for a token with the role builder and for that of a running attempt. */
  readonly builder: (request: FastifyRequest) => Promise<void>;
}

/** Checks bearer tokens before a body is read. Throws HTP002, HTP003 and HTP005. */
export function signIn(service: FarmService, wrongTokens: WrongTokens): SignIn {
  const passed = new WeakMap<FastifyRequest, Bearer>();
  const bearerOf = (request: FastifyRequest): Bearer => {
    const token = tokenOf(request);
    // A right token passes whoever else shares the address: a stranger behind the same proxy, or on the farm's own
    // machine, must not be able to lock its owner out. Tokens are random and too long to be guessed in any case.
    const found = service.authenticate(token);
    if (found) return found;
    if (service.mayHandIn(token)) return { role: 'builder', name: 'an attempt', means: 'token' };
    const wait = wrongTokens.waitSeconds(request.ip);
    if (wait > 0) {
      const what = `address '${request.ip}' has sent too many wrong tokens`;
      throw refuse('HTP005', { what }, { 'retry-after': String(wait) });
    }
    wrongTokens.note(request.ip);
    const headers = { 'www-authenticate': 'Bearer realm="packmill", error="invalid_token"' };
    throw refuse('HTP002', { what: 'the token is not valid' }, headers);
  };
  const need = (request: FastifyRequest, needed: TokenRole): void => {
    const bearer = bearerOf(request);
    const { role } = bearer;
    if (role === needed) {
      if (role === 'operator') passed.set(request, bearer);
      return;
    }
    const headers = { 'www-authenticate': 'Bearer realm="packmill", error="insufficient_scope"' };
    const what = `the token has the role '${role}', and the route needs '${needed}'`;
    throw refuse('HTP003', { what }, headers);
  };
  return {
    operator: async (request) => need(request, 'operator'),
    builder: async (request) => need(request, 'builder'),
    passed: (request) => passed.get(request),
    asks: (request) => {
      const token = bearerTokenOf(request);
      return token === undefined ? undefined : service.authenticate(token);
    },
  };
}

function bearerTokenOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1];
}
/** The bearer token of a request. Throws HTP002 when there is none; that is no wrong guess. */
export function tokenOf(request: FastifyRequest): string {
  const token = bearerTokenOf(request);
  if (token !== undefined) return token;
  const headers = { 'www-authenticate': 'Bearer realm="packmill"' };
  throw refuse('HTP002', { what: 'the request brings no token' }, headers);
}
