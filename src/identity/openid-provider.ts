import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { fault, messageOf } from '../diagnostics/index.ts';

/** A provider of accounts (OpenID Connect), and which of its accounts are operators. */
export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Without it the client is a public one. */
  readonly clientSecret?: string | undefined;
  readonly scope: string;
  /** Where the provider sends people back to; registered with it. */
  readonly redirect: string;
  /** Claim that people are called by; without such a claim by their subject. */
  readonly nameClaim: string;
  /** Accounts with one of these values in the claim are operators. */
  readonly operators: { readonly claim: string; readonly values: readonly string[] };
}

/** What a browser keeps while somebody is at the provider. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Somebody whom the provider vouches for. */
export interface Account {
  readonly name: string;
  readonly subject: string;
  readonly isOperator: boolean;
}

export interface OpenidProvider {
  readonly issuer: string;
  /** Where to send somebody who wants to sign in. Throws IDN001 when the provider cannot be asked. */
  begin(): Promise<{ readonly address: string; readonly attempt: SignInAttempt }>;
  /** Whom the provider vouches for; `answer`: the query it came back with. Throws IDN001, IDN002. */
  end(answer: string, attempt: SignInAttempt): Promise<Account>;
}

const isLoopback = (issuer: URL): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname);

/** Texts of a claim: one, or a list of them. */
function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
}

function accountOf(claims: Readonly<Record<string, unknown>>, settings: ProviderSettings): Account {
  const subject = String(claims['sub']);
  const { claim, values } = settings.operators;
  return {
    name: textsOf(claims[settings.nameClaim])[0] ?? subject,
    subject,
    isOperator: textsOf(claims[claim]).some((one) => values.includes(one)),
  };
}

/**
 * Signs people in by the authorization code flow with PKCE (OpenID Connect Core 3.1, RFC 7636). Nothing is asked of the provider
 * before somebody wants to sign in, so that a farm starts without it.
 */
export function openidProvider(settings: ProviderSettings): OpenidProvider {
  const issuer = new URL(settings.issuer);
  let known: Promise<Configuration> | undefined;
  const configuration = async (): Promise<Configuration> => {
    const { clientId, clientSecret } = settings;
    const auth = clientSecret === undefined ? None() : ClientSecretPost(clientSecret);
    // a provider on this machine is reached without TLS; any other one is not
    const execute = isLoopback(issuer) ? [allowInsecureRequests] : [];
    known ??= discovery(issuer, clientId, undefined, auth, { execute });
    try {
      return await known;
    } catch (error) {
      known = undefined;
      const what = `the provider '${settings.issuer}' cannot be asked`;
      throw fault('IDN001', { what, why: `${messageOf(error)}.`, cause: error });
    }
  };
  return {
    issuer: settings.issuer,
    begin: async () => {
      const found = await configuration();
      const attempt = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const address = buildAuthorizationUrl(found, {
        redirect_uri: settings.redirect,
        scope: settings.scope,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      });
      return { address: address.href, attempt };
    },
    end: async (answer, attempt) => {
      const found = await configuration();
      const came = new URL(settings.redirect);
      came.search = answer;
      try {
        const tokens = await authorizationCodeGrant(found, came, {
          pkceCodeVerifier: attempt.verifier,
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims() ?? { sub: '' };
        // many providers tell groups there alone
        const more = found.serverMetadata().userinfo_endpoint
          ? await fetchUserInfo(found, tokens.access_token, claims.sub)
          : {};
        return accountOf({ ...claims, ...more }, settings);
      } catch (error) {
        const why = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        throw fault('IDN002', {
          what: `the provider '${settings.issuer}' does not vouch for who signs in`,
          why: `${messageOf(why)}.`,
          cause: error,
        });
      }
    },
  };
}
