// Commands take the token of an operator: it is asked for when there is none, or another one is needed, and kept until the
// tab is closed. The page has the dialog `sign-in`.
import { element } from './elements.js';

const tokenKey = 'packmill-operator-token';

/** Sends a command. `trouble` says what went wrong; undefined comes back when nobody wants to give a token. */
export async function sendAsOperator(address, body) {
  let token = sessionStorage.getItem(tokenKey) ?? (await askForToken(''));
  while (token !== null) {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    const answer = (await response?.json().catch(() => undefined)) ?? {};
    if (response?.ok) {
      sessionStorage.setItem(tokenKey, token);
      return { answer };
    }
    const trouble = answer.what ? `${answer.code} ${answer.what}` : 'the manager does not answer';
    if (response?.status !== 401 && response?.status !== 403) return { trouble };
    sessionStorage.removeItem(tokenKey);
    token = await askForToken(trouble);
  }
  return undefined;
}

function askForToken(error) {
  const dialog = element('sign-in');
  element('token').value = '';
  element('sign-in-error').textContent = error;
  element('sign-in-error').hidden = error === '';
  dialog.showModal();
  return new Promise((resolve) => {
    const end = (token) => {
      dialog.onclose = null;
      dialog.close();
      resolve(token);
    };
    element('sign-in-form').onsubmit = (event) => {
      event.preventDefault();
      end(element('token').value.trim());
    };
    element('sign-in-cancel').onclick = () => end(null);
    dialog.onclose = () => end(null);
  });
}
