import type { CatalogueTable } from './entry.ts';

/** Codes IDN001 to IDN999: who somebody is. */
export const identityCodes = {
  IDN001: {
    severity: 'error',
    blame: 'world',
    title: 'the provider of accounts cannot be asked',
    why: 'Signing in asks the OpenID provider of the settings for its description and its keys; it did not answer, or not with what it should.',
    next: "Compare 'service.openid.issuer' with what the provider calls itself ('ISSUER/.well-known/openid-configuration'). Tokens of the settings work meanwhile.",
    sample: {
      broken:
        'openid: { issuer: https://accounts.example.org/, ... }  # the provider calls itself without the slash',
      fixed: 'openid: { issuer: https://accounts.example.org, ... }',
    },
  },
  IDN002: {
    severity: 'error',
    blame: 'usage',
    title: 'the provider of accounts does not vouch for who signs in',
    why: 'The code with which the provider sent the browser back is not (any more) good, belongs to another attempt, or the provider refuses the client.',
    next: 'Sign in again. When it happens each time, compare client id, secret and redirect address with what is registered at the provider.',
    sample: { broken: 'signing in with a page that was left open overnight', fixed: 'signing in again' },
  },
} as const satisfies CatalogueTable;
