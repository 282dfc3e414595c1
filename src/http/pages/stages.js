// Subarches of stage mirrors: what is built, what was built last, and of what. What is shown is asked for again every few seconds;
// the server answers 304 while nothing has changed.
import { bytes, count, element, link, make } from './elements.js';
import { keepAsking, read, showState } from './live.js';

let known = '';

async function refresh() {
  try {
    const text = await read('/api/stages');
    if (text !== known) element('sources').replaceChildren(...sections(JSON.parse(text)));
    known = text;
    showState('live', 'live');
  } catch (error) {
    showState('lost', `connection lost, trying again (${error.message})`);
  }
}

function sections(sources) {
  if (sources.length === 0)
    return [make('p', {}, "No recipe source of packmill.yaml has the kind 'stages'.")];
  return sources.flatMap((source) => [
    make('h2', {}, `${source.target}, from ${source.source}`),
    make('p', {}, source.generation === 0 ? 'Nothing is published yet.' : `Generation ${source.generation}.`),
    ...source.subarches.map(subarch),
    ...(source.trees.length === 0 ? [] : [make('h3', {}, 'Package trees'), table(source.trees)]),
  ]);
}

function subarch(of) {
  const name = `${of.build}/${of.archDesc}/${of.subarch}`;
  const failures = of.failures === 0 ? '' : `, ${count(of.failures, 'failure')} in a row`;
  return make(
    'section',
    { 'aria-label': name, 'data-subarch': name },
    make('h3', {}, name),
    make('p', { 'data-state': of.state }, `${of.version}: ${of.state}${failures}`),
    make('p', {}, ...of.jobs.flatMap((job) => [logOf(job), ' '])),
    of.results.length === 0 ? make('p', {}, 'No results yet.') : table(of.results),
  );
}

const logOf = ({ id, target, state, reason }) =>
  link(`/logs.html?id=${encodeURIComponent(id)}`, `${target}: ${state}`, reason ?? 'log');

function table(results) {
  const head = ['Target', 'Version', 'Size', 'Begun with', 'Newest', 'Key and SHA-256'];
  return make(
    'table',
    {},
    make('thead', {}, make('tr', {}, ...head.map((text) => make('th', { scope: 'col' }, text)))),
    make('tbody', {}, ...results.map(row)),
  );
}

const row = ({ target, version, sizeBytes, begun, latest, key, sha256, path }) =>
  make(
    'tr',
    { 'data-target': target },
    make('td', { title: path }, target),
    make('td', {}, version),
    make('td', {}, bytes(sizeBytes)),
    make('td', {}, begun ?? ''),
    make('td', {}, latest === null ? '' : latest.slice(latest.lastIndexOf('/') + 1)),
    make(
      'td',
      {},
      make('code', { title: `key ${key ?? 'none'}, sha256 ${sha256}` }, (key ?? sha256).slice(0, 12)),
    ),
  );

keepAsking(refresh);
