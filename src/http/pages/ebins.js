// Repositories of ebins, the list of one, and the USE matrix of an ebin. What is shown is asked for again every few seconds;
// the server answers 304 while nothing has changed. Nothing here is a build step.
import { openList } from './ebins-list.js';
import { openMatrix, standingOf } from './ebins-matrix.js';
import { make } from './elements.js';
import { sendAsOperator } from './operator.js';

const refreshMs = 3_000;
const element = (id) => document.getElementById(id);
const address = new URLSearchParams(location.search);
const ebin = address.get('ebin');
let repository = address.get('repository');
let wish = (address.get('use') ?? '').split(/\s+/).filter(Boolean);
let known = '';

function show(state, text) {
  element('state').dataset.state = state;
  element('state').textContent = text;
}

let noticeTimer;
function tell(text) {
  clearTimeout(noticeTimer);
  element('notice').textContent = text;
  element('notice').hidden = text === '';
  noticeTimer = setTimeout(() => tell(''), 8_000);
}

const pathOf = (...names) => names.map(encodeURIComponent).join('/');
/** The address of the question that the page asks. */
const question = () => {
  if (ebin === null) return `/api/ebins/${pathOf(repository)}`;
  const use = wish.length === 0 ? '' : `?use=${encodeURIComponent(wish.join(' '))}`;
  return `/api/ebins/${pathOf(repository, ...ebin.split('/'))}${use}`;
};

const list = openList();
const matrix = openMatrix({
  onWish: (flags) => {
    wish = flags;
    const query = new URLSearchParams({ repository, ebin });
    if (flags.length > 0) query.set('use', flags.join(' '));
    history.replaceState(null, '', `?${query}`);
    void refresh();
  },
  onRequest: async (use) => {
    const sent = await sendAsOperator('/api/ebin-requests', { target: repository, atom: ebin, use });
    if (sent === undefined) return;
    tell(sent.trouble ?? `The combination is asked for: ${standingOf(sent.answer)}`);
    if (sent.trouble === undefined) await refresh();
  },
});

async function read(path) {
  const response = await fetch(path, { cache: 'no-cache' });
  const text = await response.text();
  if (response.ok) return text;
  let told = `the manager answers ${response.status}`;
  try {
    told = JSON.parse(text).what;
  } catch {}
  throw new Error(told);
}

let asked = 0;
async function refresh() {
  asked += 1;
  const mine = asked;
  try {
    if (repository === null) await chooseRepository();
    if (repository !== null) {
      const path = question();
      const text = await read(path);
      // a later question is on its way
      if (mine !== asked) return;
      element('json').href = path;
      if (text !== known) (ebin === null ? list : matrix).take(JSON.parse(text));
      known = text;
      if (ebin !== null && matrix.takesRequests()) await showRequests();
    }
    show('live', 'live');
  } catch (error) {
    if (mine === asked) show('lost', `trying again: ${error.message}`);
  }
}

/** What is asked for of this ebin, by anybody. */
async function showRequests() {
  const requests = JSON.parse(await read('/api/ebin-requests'));
  matrix.takeRequests(requests.filter((one) => one.target === repository && one.package === ebin));
}

/** Without a name in the address: the only repository, or all of them to choose from. */
async function chooseRepository() {
  const views = JSON.parse(await read('/api/ebins'));
  const place = element('repositories');
  place.hidden = false;
  if (views.length === 1) {
    repository = views[0].repository;
    place.hidden = true;
    return;
  }
  place.replaceChildren(
    ...(views.length === 0
      ? [make('p', {}, 'There is no repository of ebins.')]
      : views.map((view) =>
          make(
            'a',
            { href: `?${new URLSearchParams({ repository: view.repository })}` },
            `${view.repository} (${view.ebins})`,
          ),
        )),
  );
}

document.addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== '/' || ebin !== null) return;
  event.preventDefault();
  element('text').focus();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
setInterval(() => {
  if (!document.hidden) void refresh();
}, refreshMs);
void refresh();
