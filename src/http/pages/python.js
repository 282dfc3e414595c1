// Symbols of Python: a path is looked up, and what it leads to is shown with links to its neighbours. Everything is set as
// text, never as markup. Nothing here is a build step.
import { element, make } from './elements.js';

const portion = 2_000;

const addressOf = (path) => `/python.html?path=${encodeURIComponent(path)}`;
const link = (path, text = path) => make('a', { href: addressOf(path), 'data-path': path }, text);

async function read(address) {
  const response = await fetch(address);
  const body = await response.json();
  if (response.ok) return body;
  throw new Error([body.what, body.next].filter(Boolean).join('. '));
}

let asked = 0;

async function show(path) {
  asked += 1;
  const mine = asked;
  element('path').value = path;
  document.title = path === '' ? 'Symbols of Python' : `${path} · Symbols of Python`;
  element('state').textContent = 'looking';
  let parts;
  try {
    parts =
      path === ''
        ? await beginning()
        : pageOf(await read(`/api/python/symbol?path=${encodeURIComponent(path)}`));
    if (mine === asked) element('state').textContent = '';
  } catch (error) {
    parts = [make('p', { class: 'trouble', role: 'alert' }, error.message)];
    if (mine === asked) element('state').textContent = 'not found';
  }
  if (mine === asked) element('answer').replaceChildren(...parts);
}

async function beginning() {
  const toplevels = await read(`/api/python/toplevels?limit=${portion}`);
  element('toplevels').replaceChildren(...toplevels.map((name) => make('option', { value: name })));
  return [make('h3', {}, 'Importable names'), namesOf(toplevels, (name) => link(name))];
}

function pageOf(answer) {
  const { path, canonical, signature, documentation, members } = answer;
  const name = path.split('.').at(-1);
  return [
    make('h2', {}, ...crumbs(path), make('span', { class: 'kind' }, answer.kind)),
    signature === null ? '' : make('p', { class: 'signature' }, `${name}${signature}`),
    factsOf(answer, canonical),
    documentation === '' ? '' : make('h3', {}, 'Documentation'),
    documentation === '' ? '' : make('p', { class: 'documentation' }, documentation),
    members.length === 0 ? '' : make('h3', {}, `Members (${members.length})`),
    members.length === 0 ? '' : namesOf(members, (member) => link(`${path}.${member}`, member)),
  ].filter((part) => part !== '');
}

function crumbs(path) {
  const parts = path.split('.');
  return parts.flatMap((part, at) => [
    at === 0 ? '' : '.',
    at === parts.length - 1 ? part : link(parts.slice(0, at + 1).join('.'), part),
  ]);
}

function factsOf(answer, canonical) {
  const rows = [
    ['own name', [link(canonical.path), ` in ${canonical.distribution}`]],
    ['signature from', answer.signatureFrom === null ? [] : [answer.signatureFrom]],
    ['class', answer.type === null ? [] : [link(answer.type)]],
    ['bases', between(answer.bases.map((base) => link(base)))],
    ['returns', between(answer.returnTypes.map((type) => link(type)))],
    ['found in', [answer.providedBy.join(', ')]],
  ];
  const shown = rows.filter(([, parts]) => parts.length > 0);
  return make(
    'dl',
    {},
    ...shown.flatMap(([label, parts]) => [make('dt', {}, label), make('dd', {}, ...parts)]),
  );
}

const between = (parts) => parts.flatMap((part, at) => (at === 0 ? [part] : [', ', part]));
const namesOf = (names, item) =>
  make('ul', { class: 'names' }, ...names.map((name) => make('li', {}, item(name))));

const pathNow = () => new URLSearchParams(location.search).get('path') ?? '';

function goTo(path) {
  if (path !== pathNow()) history.pushState(null, '', path === '' ? '/python.html' : addressOf(path));
  void show(path);
}

element('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  goTo(element('path').value.trim());
});
element('answer').addEventListener('click', (event) => {
  const path = event.target.closest?.('a[data-path]')?.dataset.path;
  if (path === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo(path);
  scrollTo(0, 0);
});
addEventListener('popstate', () => void show(pathNow()));
addEventListener('keydown', (event) => {
  if (event.key !== '/' || document.activeElement === element('path')) return;
  event.preventDefault();
  element('path').focus();
});
void show(pathNow());
