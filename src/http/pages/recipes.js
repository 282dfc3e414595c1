// Recipe sources that the farm keeps up to date: their runs, and the packages of one of them. What is shown is asked for
// again every few seconds; the server answers 304 while nothing has changed. Nothing here is a build step.
import { element, link, make, time } from './elements.js';
import { keepAsking, read, showState, tell } from './live.js';
import { sendAsOperator } from './operator.js';
import { openTable } from './recipes-table.js';

/** The source whose packages are shown, from the address or the first one. */
let chosen = new URLSearchParams(location.search).get('source');
const known = { sources: '', packages: '' };
const table = openTable((name) =>
  command(`${chosen}/run`, { kind: 'on-schedule', packages: [name] }, `${name} is looked at`),
);

async function refresh() {
  try {
    const sources = await read('/api/upkeep');
    const views = JSON.parse(sources);
    if (!views.some(({ source }) => source === chosen)) chosen = views[0]?.source ?? null;
    if (known.sources !== sources + chosen) showSources(views);
    known.sources = sources + chosen;
    element('packages').hidden = chosen === null;
    if (chosen !== null) {
      const packages = await read(`/api/upkeep/${encodeURIComponent(chosen)}/packages`);
      if (packages !== known.packages) table.take(JSON.parse(packages));
      known.packages = packages;
    }
    showState('live', 'live');
  } catch (error) {
    showState('lost', `connection lost, trying again (${error.message})`);
  }
}

function showSources(views) {
  const focused = document.activeElement?.dataset?.action;
  const place = element('sources');
  if (views.length === 0) {
    place.replaceChildren(make('p', {}, "No recipe source has 'upkeep' in packmill.yaml."));
    return;
  }
  place.replaceChildren(...views.map(sourceOf));
  if (focused) place.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
}

const nameOf = ({ kind, trigger, packages }) =>
  packages ? `${kind} of ${packages.join(', ')}` : trigger === undefined ? kind : `trigger ${trigger}`;

function sourceOf(view) {
  const { source, branch, commit, problem } = view;
  const run = view.running;
  const state = problem ? 'failed' : run ? 'running' : view.paused ? 'paused' : 'fresh';
  const now = run
    ? `${nameOf(run)} is at work`
    : view.paused
      ? 'paused'
      : problem
        ? 'something is the matter'
        : 'all is well';
  const at = [branch, commit?.slice(0, 7)].filter(Boolean).join(' at ');
  const next = view.next[0];
  const attributes = { class: 'source', 'aria-current': String(source === chosen), 'data-source': source };
  return make(
    'article',
    attributes,
    make('h2', {}, source),
    make('p', { class: 'quiet' }, link(view.url, view.url) ?? view.url, at === '' ? '' : ` · ${at}`),
    make('p', {}, make('span', { 'data-state': state }, now)),
    problem ? make('p', { class: 'trouble' }, `${problem.code} ${problem.what}`) : undefined,
    problem?.next ? make('p', { class: 'quiet' }, problem.next) : undefined,
    make('ul', { 'aria-label': 'Runs' }, ...view.last.map(runOf)),
    next
      ? make(
          'p',
          { class: 'quiet' },
          `next: ${nameOf(next)} `,
          next.atMs < Date.now() ? 'is due' : time(next.atMs),
        )
      : undefined,
    buttonsOf(view),
  );
}

function runOf(run) {
  const facts = [
    run.scheduled.length > 0 ? `${run.scheduled.length} scheduled` : '',
    run.warnings > 0 ? `${run.warnings} warnings` : '',
    run.outcome === 'done' ? '' : run.outcome,
    run.problem ? run.problem.code : '',
  ].filter(Boolean);
  const more = facts.length > 0 ? `: ${facts.join(', ')}` : '';
  return make(
    'li',
    {},
    make('span', { 'data-state': run.outcome }, nameOf(run), ' '),
    time(run.startedMs),
    more,
  );
}

function buttonsOf({ source, paused, next, last }) {
  const path = encodeURIComponent(source);
  const run = (label, body, said) =>
    make(
      'button',
      {
        type: 'button',
        'data-action': `${source} ${label}`,
        'aria-label': `${label}: ${source}`,
        onclick: () => command(`${path}/run`, body, said),
      },
      label,
    );
  const triggers = [...new Set([...next, ...last].flatMap(({ trigger }) => trigger ?? []))].sort();
  const choose = () => {
    chosen = source;
    history.replaceState(null, '', `?source=${path}`);
    void refresh();
  };
  return make(
    'div',
    { class: 'buttons' },
    source === chosen
      ? undefined
      : make('button', { type: 'button', 'data-action': `${source} show`, onclick: choose }, 'Packages'),
    run('Check now', { kind: 'on-schedule' }, `${source}: the regular run has its place in the line`),
    run('Look at pushes', { kind: 'on-commit' }, `${source}: pushes are looked at`),
    ...triggers.map((trigger) =>
      run(`Trigger ${trigger}`, { kind: 'trigger', trigger }, `${source}: ${trigger}`),
    ),
    make(
      'button',
      {
        type: 'button',
        'data-action': `${source} pause`,
        'aria-pressed': String(paused),
        onclick: () =>
          command(`${path}/pause`, { paused: !paused }, `${source}: ${paused ? 'goes on' : 'paused'}`),
      },
      'Pause',
    ),
  );
}

async function command(path, body, said) {
  const answer = await sendAsOperator(`/api/upkeep/${path}`, body);
  if (answer === undefined) return;
  tell(answer.trouble ?? said);
  if (answer.trouble === undefined) await refresh();
}

keepAsking(refresh);
// times are told anew without asking anybody
setInterval(table.show, 30_000);
