import { signal } from './signal.ts';

/** Commands take the token of an operator, which is kept until the tab is closed. */
const tokenKey = 'packmill-operator-token';

/** The token that is kept; null: there is none. */
export const tokens = signal<string | null>(sessionStorage.getItem(tokenKey));

export const keptToken = (): string | null => sessionStorage.getItem(tokenKey);

export function keepToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
  tokens.set(token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(tokenKey);
  tokens.set(null);
}
