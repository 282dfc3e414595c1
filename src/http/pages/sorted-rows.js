// The rows of a list: found by text, sorted by column, the rest of many shown when it is asked for. The page has a table with
// `rows` and heads with `data-sort`, and the elements `text`, `count`, `more` and `none`.
import { element } from './elements.js';

const portion = 200;

/**
 * Opens the rows. `id` is the key that names an item, and its row as a data attribute: ties are sorted by it, and it is the first
 * order. `control` selects what keeps the focus in a row. `keyOf` gives what an item is sorted by in a column, `textOf` what it is
 * found by in small letters; `fits` may ask for more. `countOf` says how many there are, `onShow` is called when they are shown.
 */
export function openRows({
  id,
  control,
  keyOf,
  textOf,
  fits = () => true,
  rowOf,
  countOf,
  onShow = () => {},
}) {
  const view = { items: undefined, text: '', sort: id, descending: false, all: false };
  const heads = document.querySelectorAll('th[data-sort]');

  function found() {
    const words = view.text.toLowerCase().split(/\s+/);
    const order = view.descending ? -1 : 1;
    return view.items
      .filter((one) => fits(one) && words.every((word) => textOf(one).includes(word)))
      .sort((a, b) => {
        const [one, two] = [keyOf(a, view.sort), keyOf(b, view.sort)];
        if (one === two) return a[id] < b[id] ? -1 : 1;
        return (one < two ? -1 : 1) * order;
      });
  }

  function show() {
    if (view.items === undefined) return;
    const all = found();
    const shown = view.all ? all : all.slice(0, portion);
    const rows = element('rows');
    const focused = document.activeElement?.closest?.('tr')?.dataset[id];
    rows.replaceChildren(...shown.map(rowOf));
    if (focused) rows.querySelector(`tr[data-${id}="${CSS.escape(focused)}"] ${control}`)?.focus();
    element('more').hidden = shown.length === all.length;
    element('more').textContent = `Show all ${all.length}`;
    element('none').hidden = all.length > 0;
    element('count').textContent = `${all.length} of ${countOf(view.items.length)}`;
    for (const head of heads) {
      if (head.dataset.sort === view.sort)
        head.setAttribute('aria-sort', view.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    onShow();
  }

  element('text').oninput = ({ target }) => {
    view.text = target.value;
    show();
  };
  element('more').onclick = () => {
    view.all = true;
    show();
  };
  for (const head of heads) {
    head.querySelector('button').onclick = () => {
      view.descending = view.sort === head.dataset.sort && !view.descending;
      view.sort = head.dataset.sort;
      show();
    };
  }
  // as everywhere, unless somebody writes
  document.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== '/' || view.items === undefined) return;
    event.preventDefault();
    element('text').focus();
  });
  return {
    /** Another list when `isOther`, or a newer one of the same. */
    take: (items, isOther = false) => {
      if (isOther) view.all = false;
      view.items = items;
      show();
    },
    show,
  };
}
