// Repositories of ebins, the list of one, and the USE matrix of an ebin. What is shown is asked for again every few seconds;
// the server answers 304 while nothing has changed. Nothing here is a build step.
import { openList } from './ebins-list.js';
import { openMatrix, standingOf } from './ebins-matrix.js';
import { element, make } from './elements.js';
import { keepAsking, read, showState, tell } from './live.js';
import { sendAsOperator } from './operator.js';

const address = new URLSearchParams(location.search);
const ebin = address.get('ebin');
let repository = address.get('repository');
let wish = (address.get('use') ?? '').split(/\s+/).filter(Boolean);
let known = '';

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
    showState('live', 'live');
  } catch (error) {
    if (mine === asked) showState('lost', `trying again: ${error.message}`);
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

keepAsking(refresh);
