// The ebins of one repository: found by text, sorted by column.
import { bytes, count, link, make, time } from './elements.js';

const portion = 200;
const element = (id) => document.getElementById(id);

/** Opens the list. */
export function openList() {
  const view = { list: undefined, text: '', sort: 'cpv', descending: false, all: false };

  function show() {
    if (view.list === undefined) return;
    const words = view.text.toLowerCase().split(/\s+/);
    const found = view.list.ebins.filter(({ cpv }) =>
      words.every((word) => cpv.toLowerCase().includes(word)),
    );
    const order = view.descending ? -1 : 1;
    found.sort((a, b) => {
      const [one, two] = [a[view.sort] ?? -1, b[view.sort] ?? -1];
      if (one === two) return a.cpv < b.cpv ? -1 : 1;
      return (one < two ? -1 : 1) * order;
    });
    const shown = view.all ? found : found.slice(0, portion);
    const focused = document.activeElement?.closest?.('tr')?.dataset.cpv;
    element('rows').replaceChildren(...shown.map(rowOf));
    if (focused)
      element('rows')
        .querySelector(`tr[data-cpv="${CSS.escape(focused)}"] a`)
        ?.focus();
    element('more').hidden = shown.length === found.length;
    element('more').textContent = `Show all ${found.length}`;
    element('none').hidden = found.length > 0;
    element('count').textContent = `${found.length} of ${count(view.list.ebins.length, 'ebin')}`;
    for (const head of document.querySelectorAll('th[data-sort]')) {
      if (head.dataset.sort === view.sort)
        head.setAttribute('aria-sort', view.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
  }

  function rowOf(one) {
    const query = new URLSearchParams({ repository: view.list.repository, ebin: one.cpv });
    const number = (label, ...children) =>
      make('td', { 'data-label': label, class: 'number' }, ...children.map(String));
    return make(
      'tr',
      { 'data-cpv': one.cpv },
      make('td', {}, link(`/ebins.html?${query}`, one.cpv)),
      number('Built', one.built),
      number('Missing', one.missing ?? 'many'),
      number('Objects', one.objects),
      make('td', { 'data-label': 'Size', class: 'number' }, bytes(one.keptBytes)),
      make('td', { 'data-label': 'Saved by sharing', class: 'number' }, bytes(one.savedBytes)),
      make('td', { 'data-label': 'Newest build' }, time(one.newestMs)),
      make(
        'td',
        { 'data-label': 'Problems', class: 'number' },
        one.problems === 0 ? '0' : make('span', { 'data-state': 'later' }, String(one.problems)),
      ),
    );
  }

  function showSummary() {
    const { repository, ebins, keptBytes, refused } = view.list;
    const built = ebins.reduce((sum, one) => sum + one.built, 0);
    const missing = ebins.reduce((sum, one) => sum + (one.missing ?? 0), 0);
    document.title = `Ebins: ${repository}`;
    element('summary').replaceChildren(
      make('strong', {}, repository),
      `: ${count(ebins.length, 'ebin')}, ${count(built, 'combination')} built, ${missing} missing, `,
      bytes(keptBytes),
      ' of objects · ',
      link(`/trees/${encodeURIComponent(repository)}.tar`, 'the repository as a tar'),
    );
    element('refused').replaceChildren(
      ...(refused.length === 0
        ? []
        : [
            make('h2', {}, `${count(refused.length, 'version')} refused`),
            make('p', { class: 'quiet' }, 'What was published of them before is still there.'),
            make('ul', {}, ...refused.map(refusedOf)),
          ]),
    );
  }

  const refusedOf = ({ cpv, problems }) =>
    make(
      'li',
      {},
      make('span', { 'data-state': 'failed' }, cpv),
      ...problems.map(({ code, message }) => make('p', { class: 'trouble' }, `${code} ${message}`)),
    );

  element('text').oninput = ({ target }) => {
    view.text = target.value;
    show();
  };
  element('more').onclick = () => {
    view.all = true;
    show();
  };
  for (const head of document.querySelectorAll('th[data-sort]')) {
    head.querySelector('button').onclick = () => {
      view.descending = view.sort === head.dataset.sort && !view.descending;
      view.sort = head.dataset.sort;
      show();
    };
  }
  return {
    take: (list) => {
      view.list = list;
      element('list').hidden = false;
      showSummary();
      show();
    },
  };
}
