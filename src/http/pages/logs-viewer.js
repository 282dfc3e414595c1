// The log of one build. The end comes live by server-sent events, which the browser resumes by byte offset; any other
// place is read as plain text, a screenful of which is taken only when it is wanted. Nothing here is a build step.
import { openScreen } from './logs-screen.js';

const tailLines = 2_000;
/** Characters taken of the plain text before the reader has to ask for more. */
const portion = 512 * 1024;

const element = (id) => document.getElementById(id);

/** Which log this page is about; a plus sign in an unescaped address means itself, for no package has a space. */
function subjectOf(search) {
  const query = new URLSearchParams(search);
  const id = (query.get('id') ?? query.get('pkgname') ?? '').replaceAll(' ', '+');
  const timestamp = query.get('timestamp') ?? '';
  const path = [id, timestamp].filter((part) => part !== '').map(encodeURIComponent);
  return { id, timestamp, url: `/api/logs/${path.join('/')}` };
}

const subject = subjectOf(location.search);
const screen = openScreen(element('log'));
/** Ends whatever is being read now. */
let stopReading = () => {};

function show(state, text) {
  element('state').dataset.state = state;
  element('state').textContent = text;
}

function tell(text) {
  element('notice').textContent = text;
  element('notice').hidden = text === '';
}

function begin(isLive) {
  stopReading();
  screen.clear(isLive);
  tell('');
  element('more').hidden = true;
  element('live').hidden = isLive;
  show('connecting', 'connecting');
}

/** The last lines, and what comes. */
function readLive() {
  begin(true);
  const events = new EventSource(`${subject.url}/stream?tail=${tailLines}`);
  let next = -1;
  stopReading = () => events.close();
  events.onopen = () => show('live', 'live');
  events.onmessage = ({ data, lastEventId }) => {
    const { offset, text } = JSON.parse(data);
    // A server that repeats itself after a reconnect.
    if (next !== -1 && offset < next) return;
    next = Number(lastEventId);
    if (offset > 0 && screen.isEmpty()) screen.write('\u001b[2m(earlier lines are left out)\u001b[0m\n');
    screen.write(text);
  };
  events.addEventListener('end', () => {
    events.close();
    show('finished', 'finished');
  });
  events.onerror = () => {
    if (events.readyState === EventSource.CONNECTING) return show('lost', 'connection lost, trying again');
    show('absent', 'not available');
    tell('There is no such log, or it was removed because of its age.');
  };
}

/** Plain text from a line on, in portions; at the end of a log that still grows it goes on as it comes. */
async function readFrom(line) {
  begin(false);
  const abort = new AbortController();
  stopReading = () => abort.abort();
  try {
    const response = await fetch(`${subject.url}?line=${line}`, { signal: abort.signal });
    if (!response.ok)
      throw new Error(response.status === 404 ? 'There is no such line or log.' : response.statusText);
    show('reading', `from line ${line}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let left = portion;
    for (;;) {
      const { value, done } = await reader.read();
      if (abort.signal.aborted) return;
      if (done) break;
      // One piece may be larger than a portion.
      for (let rest = value; rest !== ''; ) {
        if (left === 0) {
          await moreWanted(abort.signal);
          if (abort.signal.aborted) return;
          left = portion;
        }
        const part = rest.slice(0, left);
        screen.write(part);
        left -= part.length;
        rest = rest.slice(part.length);
      }
    }
    show('finished', `from line ${line} to the end`);
  } catch (error) {
    if (abort.signal.aborted) return;
    show('lost', 'not available');
    tell(error.message);
  }
}

/** Resolves when the reader presses the button or comes to the last line. */
async function moreWanted(signal) {
  const more = element('more');
  more.hidden = false;
  await new Promise((resolve) => {
    more.onclick = resolve;
    screen.onBottom = resolve;
    signal.addEventListener('abort', resolve, { once: true });
  });
  screen.onBottom = () => {};
  if (!signal.aborted) more.hidden = true;
}

function wireControls() {
  const follow = element('follow');
  screen.onFollow = (on) => follow.setAttribute('aria-pressed', String(on));
  follow.onclick = () => screen.setFollow(follow.getAttribute('aria-pressed') !== 'true');
  element('beginning').onclick = () => readFrom(1);
  element('live').onclick = readLive;
  element('jump').onsubmit = (event) => {
    event.preventDefault();
    const line = Number.parseInt(element('line').value, 10);
    if (line > 0) readFrom(line);
  };
  element('search').onsubmit = (event) => {
    event.preventDefault();
    const text = element('text').value;
    tell(text === '' || screen.find(text) ? '' : `'${text}' is not in what is shown.`);
  };
  const reader = element('reader');
  reader.onclick = () => {
    const on = reader.getAttribute('aria-pressed') !== 'true';
    reader.setAttribute('aria-pressed', String(on));
    screen.setScreenReader(on);
  };
  const keys = { f: follow, b: element('beginning'), l: element('live') };
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = keys[event.key];
    if (button && !button.hidden) button.click();
  });
}

function start() {
  wireControls();
  if (subject.id === '') {
    show('absent', 'no package');
    tell('The address of this page names no package: it needs ?id=NAME.');
    return;
  }
  document.title = `${subject.id} – build log`;
  element('package').textContent = subject.id;
  const time = new Date(Number(subject.timestamp));
  if (subject.timestamp !== '' && !Number.isNaN(time.getTime())) {
    element('revision').textContent = `requested ${time.toLocaleString()}`;
    document.title = `${subject.id} – build log of ${time.toLocaleString()}`;
  }
  const place = subject.id.split('/').map(encodeURIComponent).join('/');
  element('workbench').href = `/logs/${place}${subject.timestamp && `?timestamp=${subject.timestamp}`}`;
  const download = element('download');
  download.href = subject.url;
  download.download = `${subject.id}${subject.timestamp && `-${subject.timestamp}`}.log`;
  readLive();
}

start();
