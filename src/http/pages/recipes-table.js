// The packages of one source: found by text and state, sorted by column.
import { link, make, time } from './elements.js';

const portion = 200;
const words = {
  fresh: 'up to date',
  review: 'in review',
  failed: 'failed',
  paused: 'left alone',
  unseen: 'not looked at yet',
  'by-hand': 'by hand',
};
/** What needs somebody comes first. */
const urgency = ['failed', 'paused', 'review', 'unseen', 'fresh', 'by-hand'];

const element = (id) => document.getElementById(id);

const keys = {
  name: (one) => one.name,
  state: (one) => urgency.indexOf(one.state),
  follows: (one) => one.follows ?? '￿',
  checked: (one) => one.checkedMs ?? 0,
  updated: (one) => one.updatedMs ?? 0,
};

/** Opens the table. `onCheck` is called with the name of a package that is to be looked at now. */
export function openTable(onCheck) {
  const view = { list: undefined, text: '', states: new Set(), sort: 'name', descending: false, all: false };
  const rows = element('rows');

  const textOf = (one) =>
    [
      one.name,
      words[one.state],
      one.follows,
      one.trigger,
      one.error?.code,
      one.error?.what,
      one.review?.branch,
    ]
      .filter(Boolean)
      .join(' ')
      .toLowerCase();
  const fits = (one) =>
    (view.states.size === 0 || view.states.has(one.state)) &&
    view.text
      .toLowerCase()
      .split(/\s+/)
      .every((word) => textOf(one).includes(word));

  function show() {
    if (view.list === undefined) return;
    const found = view.list.packages.filter(fits);
    const key = keys[view.sort];
    const order = view.descending ? -1 : 1;
    found.sort((a, b) => {
      const [one, two] = [key(a), key(b)];
      if (one === two) return a.name < b.name ? -1 : 1;
      return (one < two ? -1 : 1) * order;
    });
    const shown = view.all ? found : found.slice(0, portion);
    const focused = document.activeElement?.closest?.('tr')?.dataset.name;
    rows.replaceChildren(...shown.map(rowOf));
    if (focused) rows.querySelector(`tr[data-name="${CSS.escape(focused)}"] button`)?.focus();
    element('more').hidden = shown.length === found.length;
    element('more').textContent = `Show all ${found.length}`;
    element('none').hidden = found.length > 0;
    element('count').textContent = `${found.length} of ${view.list.packages.length} packages`;
    for (const head of document.querySelectorAll('th[data-sort]')) {
      if (head.dataset.sort === view.sort)
        head.setAttribute('aria-sort', view.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    showChips();
  }

  function rowOf(one) {
    const { recipesUrl } = view.list;
    const name = recipesUrl
      ? link(`${recipesUrl}${encodeURIComponent(one.name)}`, one.name, 'Recipe')
      : undefined;
    const state = make('span', { 'data-state': one.state }, words[one.state]);
    const until = one.state === 'paused' ? make('span', {}, ', next try ', time(one.nextTryMs)) : '';
    const trouble = one.error
      ? make(
          'p',
          { class: 'trouble' },
          `${one.error.code} ${one.error.what}`,
          ' (since ',
          time(one.error.sinceMs),
          ')',
        )
      : '';
    const review = one.review?.url ? link(one.review.url, 'review', one.review.branch) : undefined;
    const check = make('button', { type: 'button', onclick: () => onCheck(one.name) }, 'check now');
    check.setAttribute('aria-label', `Check ${one.name} now`);
    const follows = [one.follows, one.trigger ? `trigger ${one.trigger}` : ''].filter(Boolean).join(', ');
    return make(
      'tr',
      { 'data-name': one.name },
      make('td', {}, name ?? one.name),
      make('td', {}, state, until, trouble),
      make('td', { 'data-label': 'Follows' }, follows),
      make('td', { 'data-label': 'Checked' }, time(one.checkedMs)),
      make('td', { 'data-label': 'Updated' }, time(one.updatedMs)),
      make(
        'td',
        { class: 'links' },
        review,
        link(`/logs.html?id=${encodeURIComponent(one.name)}`, 'log'),
        check,
      ),
    );
  }

  function showChips() {
    const counts = new Map();
    for (const { state } of view.list.packages) counts.set(state, (counts.get(state) ?? 0) + 1);
    const focused = document.activeElement?.dataset?.chip;
    element('chips').replaceChildren(
      ...urgency
        .filter((state) => counts.has(state) || view.states.has(state))
        .map((state) => {
          const isOn = view.states.has(state);
          const onclick = () => {
            if (isOn) view.states.delete(state);
            else view.states.add(state);
            show();
          };
          const attributes = { type: 'button', 'aria-pressed': String(isOn), 'data-chip': state, onclick };
          return make('button', attributes, `${counts.get(state) ?? 0} ${words[state]}`);
        }),
    );
    if (focused) element('chips').querySelector(`[data-chip="${focused}"]`)?.focus();
  }

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
    /** Another list, or a newer one of the same source. */
    take: (list) => {
      if (view.list?.source !== list.source) view.all = false;
      view.list = list;
      show();
    },
    show,
  };
}
