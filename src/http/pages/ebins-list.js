// The ebins of one repository: found by text, sorted by column.
import { bytes, count, element, link, make, time } from './elements.js';
import { openRows } from './sorted-rows.js';

/** Opens the list. */
export function openList() {
  let list;
  const rows = openRows({
    id: 'cpv',
    control: 'a',
    keyOf: (one, column) => one[column] ?? -1,
    textOf: ({ cpv }) => cpv.toLowerCase(),
    rowOf,
    countOf: (number) => count(number, 'ebin'),
  });

  function rowOf(one) {
    const query = new URLSearchParams({ repository: list.repository, ebin: one.cpv });
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
    const { repository, ebins, keptBytes, refused } = list;
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

  return {
    take: (value) => {
      list = value;
      element('list').hidden = false;
      showSummary();
      rows.take(list.ebins);
    },
  };
}
