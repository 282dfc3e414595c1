import type { FarmConfig } from '../../config/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { openidProvider, type SignInAttempt } from '../../identity/index.ts';

/** Somebody who has signed in. */
export interface Session {
  /** Bearer token, good until `untilMs`. */
  readonly token: string;
  readonly name: string;
  /** ms since the epoch. */
  readonly untilMs: number;
}

/** How people sign in with their accounts. */
export interface Accounts {
  readonly issuer: string;
  /** Where to send somebody, and what to keep meanwhile. Throws IDN001. */
  begin(): Promise<{ readonly address: string; readonly attempt: SignInAttempt }>;
  /** Whom the provider sent back. Throws IDN001, IDN002, HTP003 for somebody who is no operator. */
  end(answer: string, attempt: SignInAttempt): Promise<Session>;
}

/** Accounts by the settings; undefined where there is no provider. */
export function accountsOf(
  openid: FarmConfig['service']['openid'],
  sessionOf: (name: string, lastsMs: number) => Session,
): Accounts | undefined {
  if (openid === undefined) return undefined;
  const { operators } = openid;
  const provider = openidProvider({
    issuer: openid.issuer,
    clientId: openid['client-id'],
    clientSecret: openid['client-secret'],
    scope: openid.scope,
    redirect: new URL('/signed-in', openid.url).href,
    nameClaim: openid.name,
    operators,
  });
  return {
    issuer: provider.issuer,
    begin: () => provider.begin(),
    end: async (answer, attempt) => {
      const { name, isOperator } = await provider.end(answer, attempt);
      if (isOperator) return sessionOf(name, openid.session);
      const wanted = operators.values.map((value) => `'${value}'`).join(' or ');
      throw fault('HTP003', {
        what: `'${name}' is known at '${provider.issuer}' and is no operator of this farm`,
        why: `Operators have ${wanted} in the claim '${operators.claim}' ('service.openid.operators').`,
        next: 'Have the account put into such a group, or use a token of the settings.',
      });
    },
  };
}
