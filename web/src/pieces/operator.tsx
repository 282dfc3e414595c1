import { useEffect, useRef, useState } from 'preact/hooks';
import { leaveForProvider, signInWays } from './account.ts';
import { signal } from './signal.ts';
import { forgetToken, keepToken, keptToken } from './token.ts';

/** What came of a command: the answer, what went wrong in words, or that nobody wanted to give a token. */
export type Sent<Answer> = { readonly answer: Answer } | { readonly trouble: string } | undefined;

interface Asked {
  readonly trouble: string;
  readonly answer: (token: string | undefined) => void;
}
const asked = signal<Asked | undefined>(undefined);

const askForToken = (trouble: string): Promise<string | undefined> =>
  new Promise((resolve) => asked.set({ trouble, answer: resolve }));

/** Asks for a token and keeps it when it is an operator's; asks again while it is not. */
export async function askToSignIn(): Promise<void> {
  let token = await askForToken('');
  while (token !== undefined) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch('/api/who', { headers }).catch(() => undefined);
    if (response?.ok) return keepToken(token);
    const body = ((await response?.json().catch(() => undefined)) ?? {}) as Answered['body'];
    token = await askForToken(
      body.what === undefined ? 'the manager does not answer' : `${body.code} ${body.what}`,
    );
  }
}

interface Answered {
  readonly status: number;
  readonly body: { readonly code?: string; readonly what?: string };
}

async function post(address: string, body: unknown, token: string): Promise<Answered | undefined> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  return response && { status: response.status, body: await response.json().catch(() => ({})) };
}

/** Sends a command; asks for a token where there is none, or another one is needed. */
export async function sendAsOperator<Answer>(address: string, body: unknown): Promise<Sent<Answer>> {
  let token = keptToken() ?? (await askForToken(''));
  while (token !== undefined) {
    const answered = await post(address, body, token);
    if (answered && answered.status < 300) {
      keepToken(token);
      return { answer: answered.body as Answer };
    }
    const { code, what } = answered?.body ?? {};
    const trouble = what === undefined ? 'the manager does not answer' : `${code} ${what}`;
    if (answered?.status !== 401 && answered?.status !== 403) return { trouble };
    forgetToken();
    token = await askForToken(trouble);
  }
  return undefined;
}

/** The dialog that asks for the token: once in the whole dashboard. */
export function SignIn() {
  const wish = asked.use();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (wish) dialog.current?.showModal();
    else dialog.current?.close();
  }, [wish]);
  const end = (token: string | undefined): void => {
    if (field.current) field.current.value = '';
    asked.set(undefined);
    wish?.answer(token);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    end(field.current?.value.trim() || undefined);
  };
  return (
    <dialog ref={dialog} aria-labelledby="sign-in-title" onCancel={() => end(undefined)}>
      <form onSubmit={submit}>
        <h2 id="sign-in-title">Operator's token</h2>
        <p>
          Reading is for everybody; this needs a token with the role operator, which{' '}
          <code>packmill token new NAME --role operator</code> makes. It is kept until the tab is closed.
        </p>
        {wish?.trouble && (
          <p class="trouble" role="alert">
            {wish.trouble}
          </p>
        )}
        <label>
          Token
          <input ref={field} type="password" autocomplete="off" required />
        </label>
        {wish && <WithAccount />}
        <p class="buttons">
          <button type="button" onClick={() => end(undefined)}>
            Cancel
          </button>
          <button type="submit" class="main">
            Go on
          </button>
        </p>
      </form>
    </dialog>
  );
}

/** The way to sign in with an account, where the farm has one. */
function WithAccount() {
  const [issuer, setIssuer] = useState<string | undefined>();
  const [trouble, setTrouble] = useState('');
  useEffect(() => void signInWays().then((ways) => setIssuer(ways?.openid?.issuer)), []);
  if (issuer === undefined) return null;
  return (
    <p>
      or{' '}
      <button type="button" onClick={() => void leaveForProvider().then(setTrouble)}>
        Sign in at {new URL(issuer).host}
      </button>
      {trouble && (
        <span class="trouble" role="alert">
          {trouble}
        </span>
      )}
    </p>
  );
}

/** A button that does something to the farm: with `question` it asks first. `done` hears how it went. */
export function Command<Answer>(props: {
  readonly label: string;
  /** For those who do not see the row it stands in: `Cancel zlib`. */
  readonly description?: string;
  readonly address: string;
  readonly body: unknown;
  readonly question?: string;
  readonly done: (sent: Sent<Answer>) => void;
  readonly isDisabled?: boolean;
}) {
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const send = async (): Promise<void> => {
    setAsking(false);
    setBusy(true);
    const sent = await sendAsOperator<Answer>(props.address, props.body);
    setBusy(false);
    props.done(sent);
  };
  return (
    <>
      <button
        type="button"
        aria-label={props.description}
        disabled={isBusy || props.isDisabled}
        onClick={() => (props.question ? setAsking(true) : void send())}
      >
        {isBusy ? '…' : props.label}
      </button>
      {isAsking && (
        <Confirm
          question={props.question ?? ''}
          yes={props.label}
          onYes={() => void send()}
          onNo={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** Asks whether something is really to be done. */
export function Confirm(props: {
  readonly question: string;
  readonly yes: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={props.question} onCancel={props.onNo}>
      <p>{props.question}</p>
      <p class="buttons">
        <button type="button" onClick={props.onNo}>
          No, leave it
        </button>
        <button type="button" class="main" onClick={props.onYes}>
          {props.yes}
        </button>
      </p>
    </dialog>
  );
}
