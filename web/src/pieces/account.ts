import type { ProblemBody, SessionReply, SignInBegun, SignInWays } from '../../../src/api/index.ts';
import { keepToken } from './token.ts';

const attemptKey = 'packmill-sign-in';

/** What is kept of a tab while its user is at the provider. */
interface Away {
  readonly attempt: SignInBegun['attempt'];
  readonly back: string;
}

/** How people may sign in here beside tokens; undefined when the manager does not say. */
export async function signInWays(): Promise<SignInWays | undefined> {
  const response = await fetch('/api/sign-in').catch(() => undefined);
  return response?.ok ? ((await response.json()) as SignInWays) : undefined;
}

const post = (address: string, body: unknown): Promise<Response> =>
  fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Leaves for the provider; returns only when that cannot be: what is the matter. */
export async function leaveForProvider(): Promise<string> {
  const response = await post('/api/sign-in/begin', {}).catch(() => undefined);
  if (!response) return 'the manager does not answer';
  const body = (await response.json()) as SignInBegun & ProblemBody;
  if (!response.ok) return `${body.code} ${body.what}`;
  const away: Away = { attempt: body.attempt, back: `${location.pathname}${location.search}` };
  sessionStorage.setItem(attemptKey, JSON.stringify(away));
  location.assign(body.address);
  return '';
}

type CameBack =
  | { readonly name: string; readonly back: string }
  | { readonly problem: Pick<ProblemBody, 'what' | 'why' | 'next'> & { readonly code?: string } };

/** Ends what `leaveForProvider` began, with the query that the provider came back with. An attempt ends once. */
export async function comeBack(answer: string): Promise<CameBack> {
  const kept = sessionStorage.getItem(attemptKey);
  sessionStorage.removeItem(attemptKey);
  if (kept === null) return { problem: { what: 'nobody is signing in here', next: 'Begin anew.' } };
  const { attempt, back } = JSON.parse(kept) as Away;
  const response = await post('/api/sign-in/end', { answer, attempt }).catch(() => undefined);
  if (!response) return { problem: { what: 'the manager does not answer' } };
  const body = (await response.json()) as SessionReply & ProblemBody;
  if (!response.ok) return { problem: body };
  keepToken(body.token);
  return { name: body.name, back };
}
