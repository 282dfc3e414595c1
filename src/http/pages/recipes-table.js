// The packages of one source: found by text and state, sorted by column.
import { count, element, link, make, time } from './elements.js';
import { openRows } from './sorted-rows.js';

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

const keys = {
  name: (one) => one.name,
  state: (one) => urgency.indexOf(one.state),
  follows: (one) => one.follows ?? '￿',
  checked: (one) => one.checkedMs ?? 0,
  updated: (one) => one.updatedMs ?? 0,
};

/** Opens the table. `onCheck` is called with the name of a package that is to be looked at now. */
export function openTable(onCheck) {
  const view = { list: undefined, states: new Set() };

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
  const rows = openRows({
    id: 'name',
    control: 'button',
    keyOf: (one, column) => keys[column](one),
    textOf,
    fits: ({ state }) => view.states.size === 0 || view.states.has(state),
    rowOf,
    countOf: (number) => count(number, 'package'),
    onShow: showChips,
  });

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
            rows.show();
          };
          const attributes = { type: 'button', 'aria-pressed': String(isOn), 'data-chip': state, onclick };
          return make('button', attributes, `${counts.get(state) ?? 0} ${words[state]}`);
        }),
    );
    if (focused) element('chips').querySelector(`[data-chip="${focused}"]`)?.focus();
  }

  return {
    /** Another list, or a newer one of the same source. */
    take: (list) => {
      const isOther = view.list?.source !== list.source;
      view.list = list;
      rows.take(list.packages, isOther);
    },
    show: rows.show,
  };
}
