import { z } from 'zod';

/** `GET /api/sign-in`: how somebody may sign in, beside tokens. */
export const signInWaysSchema = z.object({ openid: z.object({ issuer: z.string() }).nullable() });
export type SignInWays = z.output<typeof signInWaysSchema>;

/** What a browser keeps while somebody is at the provider. */
const attemptSchema = z.object({
  state: z.string().max(500),
  nonce: z.string().max(500),
  verifier: z.string().max(500),
});

/** `POST /api/sign-in/begin`: where to go, and what to keep for the way back. */
export const signInBegunSchema = z.object({ address: z.string(), attempt: attemptSchema });
export type SignInBegun = z.output<typeof signInBegunSchema>;

/** `POST /api/sign-in/end`: the query that the provider came back with. */
export const signInEndSchema = z.object({ answer: z.string().max(10_000), attempt: attemptSchema });
export type SignInEnd = z.output<typeof signInEndSchema>;

/** A bearer token of somebody who has signed in, good until `untilMs` (since the epoch). */
export const sessionSchema = z.object({ token: z.string(), name: z.string(), untilMs: z.number() });
export type SessionReply = z.output<typeof sessionSchema>;

/** `GET /api/who`: whose token was sent. */
export const bearerSchema = z.object({
  name: z.string(),
  role: z.enum(['builder', 'operator']),
  means: z.enum(['token', 'openid', 'machine']),
});
