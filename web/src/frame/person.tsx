import { useEffect, useState } from 'preact/hooks';
import { askToSignIn } from '../pieces/operator.tsx';
import { forgetToken, tokens } from '../pieces/token.ts';

/** Whose token is kept; undefined: nobody's, or it is not good any more. */
async function whose(token: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch('/api/who', { headers }).catch(() => undefined);
  if (response?.status === 401) forgetToken();
  if (!response?.ok) return undefined;
  return ((await response.json()) as { name: string }).name;
}

/** Who is signed in, and the way in and out. */
export function Person() {
  const token = tokens.use();
  const [name, setName] = useState<string | undefined>();
  useEffect(() => {
    setName(undefined);
    if (token !== null) void whose(token).then(setName);
  }, [token]);
  return (
    <div class="person">
      {token === null ? (
        <button type="button" onClick={() => void askToSignIn()}>
          Sign in
        </button>
      ) : (
        <>
          {name ?? 'operator'}{' '}
          <button type="button" onClick={forgetToken}>
            Sign out
          </button>
        </>
      )}
    </div>
  );
}
