// What pages that follow a farm have in common: the state of the connection, notices, questions that are asked again every few
// seconds (the server answers 304 while nothing has changed).
import { element } from './elements.js';

const refreshMs = 3_000;

/** How the connection is, in a word for style sheets and in words for people. */
export function showState(state, text) {
  element('state').dataset.state = state;
  element('state').textContent = text;
}

let noticeTimer;
/** Shows a notice for a while. */
export function tell(text) {
  clearTimeout(noticeTimer);
  element('notice').textContent = text;
  element('notice').hidden = text === '';
  noticeTimer = setTimeout(() => tell(''), 8_000);
}

/** The text of an answer. Throws what the server says is the matter. */
export async function read(path) {
  const response = await fetch(path, { cache: 'no-cache' });
  const text = await response.text();
  if (response.ok) return text;
  let told = `the manager answers ${response.status}`;
  try {
    told = JSON.parse(text).what;
  } catch {}
  throw new Error(told);
}

/** Asks now, and again and again while somebody looks. */
export function keepAsking(refresh) {
  const ask = () => {
    if (!document.hidden) void refresh();
  };
  document.addEventListener('visibilitychange', ask);
  setInterval(ask, refreshMs);
  void refresh();
}
