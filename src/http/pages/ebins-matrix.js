// The USE matrix of one ebin: flags that are decided, what there is within them, what is shared, what is missing.
import { bytes, count, element, link, make, time } from './elements.js';

const said = { on: 'on', off: 'off', any: 'either' };

const standings = {
  there: 'it exists',
  waiting: 'it waits for a builder',
  queued: 'its build is in the queue',
  building: 'it is being built',
  built: 'it is built, the ebuild follows',
  failed: 'its build failed',
};

/** How a request stands, in words. */
export const standingOf = ({ state, reason, next }) =>
  [standings[state] ?? state, reason, next].filter(Boolean).join(': ');

/**
 * Opens the matrix. `onWish` is called with flags that are decided, `alpha` or `-alpha`; `onRequest` with all flags of a missing
 * combination that somebody wants.
 */
export function openMatrix({ onWish, onRequest }) {
  let matrix;
  /** What the controls were made of: they are not made anew while somebody uses them. */
  let controls = '';

  const stateOf = (flag, { on, off }) => (on.includes(flag) ? 'on' : off.includes(flag) ? 'off' : 'any');

  function decide(flag, state) {
    const { on, off } = matrix.filter;
    const wish = matrix.flags.flatMap((one) => {
      const now = one.flag === flag ? state : stateOf(one.flag, { on, off });
      return now === 'any' ? [] : [now === 'on' ? one.flag : `-${one.flag}`];
    });
    onWish(wish);
  }

  function showFacts() {
    const { cpv, origin, repository, path, pinned, dropped, keptBytes, savedBytes } = matrix;
    document.title = `${cpv}: USE matrix`;
    element('title').textContent = cpv;
    const named = (words, isOn) => {
      const flags = pinned.filter((one) => one.isOn === isOn).map(({ flag }) => flag);
      return flags.length === 0 ? [] : [`${words}: ${flags.join(', ')}`];
    };
    const facts = [
      ...(origin === cpv ? [] : [`made of ${origin}`]),
      ...named('always on', true),
      ...named('always off', false),
      ...(dropped.length === 0 ? [] : [`left out: ${dropped.join(', ')}`]),
      ...(matrix.demands ? [`its ebuild demands: ${matrix.demands}`] : []),
    ];
    element('facts').replaceChildren(
      link(`/ebins.html?${new URLSearchParams({ repository })}`, `all ebins of ${repository}`),
      ' · ',
      link(`/trees/${encodeURIComponent(repository)}/${path}`, 'ebuild'),
      ' · ',
      bytes(keptBytes),
      ' kept, ',
      bytes(savedBytes),
      ' saved by sharing',
      ...facts.map((fact) => ` · ${fact}`),
    );
  }

  function showControls() {
    const made = JSON.stringify([matrix.flags, matrix.filter]);
    if (made === controls) return;
    controls = made;
    const focused = document.activeElement?.id;
    const deciding = matrix.flags.filter(({ changes }) => changes.length > 0);
    const neutral = matrix.flags.filter(({ changes }) => changes.length === 0);
    const isOpen = element('neutral')?.open ?? false;
    element('flags').replaceChildren(
      ...(matrix.flags.length === 0 ? [make('p', {}, 'No flag chooses here: there is one content.')] : []),
      make('div', { class: 'flags' }, ...deciding.map(controlOf)),
      ...(neutral.length === 0
        ? []
        : [
            make(
              'details',
              { id: 'neutral', ...(isOpen || neutral.some(isDecided) ? { open: '' } : {}) },
              make('summary', {}, `${count(neutral.length, 'flag')} that no content depends on`),
              make('div', { class: 'flags' }, ...neutral.map(controlOf)),
            ),
          ]),
    );
    if (focused) element(focused)?.focus();
  }

  const wholeWish = (use) => matrix.flags.map(({ flag }) => (use.includes(flag) ? flag : `-${flag}`));

  const isDecided = ({ flag }) => stateOf(flag, matrix.filter) !== 'any';

  function controlOf({ flag, byDefault, changes }) {
    const now = stateOf(flag, matrix.filter);
    const index = matrix.flags.findIndex((one) => one.flag === flag);
    const radio = (state) => {
      const id = `flag-${index}-${state}`;
      const attributes = { type: 'radio', id, name: `flag-${index}`, onchange: () => decide(flag, state) };
      const input = make('input', { ...attributes, ...(now === state ? { checked: '' } : {}) });
      return make('label', { 'data-use': state }, input, said[state]);
    };
    const title = changes.length > 0 ? `changes ${changes.join(', ')}` : 'changes nothing';
    return make(
      'fieldset',
      { 'data-flag': flag, 'data-use': now },
      make('legend', { title }, flag, byDefault ? make('span', { class: 'quiet' }, ' (on by default)') : ''),
      radio('any'),
      radio('on'),
      radio('off'),
    );
  }

  function showChoice() {
    const { choice, takesRequests } = matrix;
    const place = element('choice');
    if (choice === null) {
      place.replaceChildren();
      return;
    }
    const words = {
      built: 'This combination is built.',
      missing: 'Nobody has built this combination.',
      forbidden: 'The ebuild does not allow this combination.',
    };
    const ask = () => onRequest(wholeWish(choice.use));
    place.replaceChildren(
      make('p', { 'data-state': states[choice.state] }, words[choice.state]),
      choice.state === 'missing' && takesRequests
        ? make('button', { type: 'button', id: 'request', onclick: ask }, 'Request this combination')
        : '',
      ...(choice.nearest.length === 0
        ? []
        : [
            make(
              'p',
              { class: 'quiet' },
              choice.nearest.length === 1 ? 'The nearest one:' : 'The nearest ones:',
            ),
            make('ul', {}, ...choice.nearest.slice(0, 8).map(nearOf)),
          ]),
    );
  }

  function nearOf({ use, turnOn, turnOff }) {
    const flips = [...turnOn.map((flag) => `turn ${flag} on`), ...turnOff.map((flag) => `turn ${flag} off`)];
    const go = () => onWish(wholeWish(use));
    return make('li', {}, make('button', { type: 'button', onclick: go }, flips.join(', ')));
  }

  const states = { built: 'done', missing: 'later', forbidden: 'failed' };

  /** Flags that some row says something of; the others would be empty columns. */
  function columns() {
    const rows = [...matrix.contents.flatMap(({ patterns }) => patterns), ...matrix.missing];
    return matrix.flags
      .map(({ flag }) => flag)
      .filter((flag) => rows.some((row) => stateOf(flag, row) !== 'any'));
  }

  function showCombinations() {
    const { counts, contents, contentsLeft, missing, missingLeft, parts, filter } = matrix;
    const many = (number) => number ?? 'very many';
    const within = filter.on.length + filter.off.length > 0 ? ' with the flags that are decided' : '';
    element('counts').textContent =
      `${count(counts.built, 'combination')} built in ${count(contents.length + contentsLeft, 'content')}, ` +
      `${many(counts.missing)} missing, ${many(counts.forbidden)} not allowed${within}`;
    const flags = columns();
    const head = (text, attributes = {}) => make('th', { scope: 'col', ...attributes }, text);
    element('combinations').dataset.wide = String(flags.length > 5);
    element('combinations-head').replaceChildren(
      make(
        'tr',
        {},
        head('State'),
        ...flags.map((flag) => head(make('span', {}, flag), { class: 'flag' })),
        ...parts.map(({ part }) => head(part)),
        head('Builds'),
      ),
    );
    const kept = document.activeElement?.dataset?.row;
    element('combinations-rows').replaceChildren(
      ...contents.flatMap((content, index) =>
        content.patterns.map((pattern, at) =>
          builtRow(content, { pattern, flags, index, isFirst: at === 0 }),
        ),
      ),
      ...missing.map((pattern, index) => missingRow(pattern, flags, index)),
    );
    if (kept) element('combinations-rows').querySelector(`[data-row="${kept}"]`)?.focus();
    const rowsLeft = contents.reduce((sum, { patternsLeft }) => sum + patternsLeft, 0);
    const left = [
      rowsLeft > 0 ? `${rowsLeft} more rows of these contents` : '',
      contentsLeft > 0 ? `${contentsLeft} more contents` : '',
      missingLeft > 0 ? `${missingLeft} more rows of missing combinations` : '',
    ].filter(Boolean);
    element('left').textContent = left.length === 0 ? '' : `${left.join(' and ')}: decide flags to see them.`;
  }

  const flagCells = (pattern, flags) =>
    flags.map((flag) => {
      const state = stateOf(flag, pattern);
      const attributes = { class: 'flag', 'data-label': flag, 'data-use': state };
      return make('td', attributes, make('span', {}, said[state]));
    });

  const stateCell = (state, words, number) =>
    make(
      'td',
      {},
      make('span', { 'data-state': states[state] }, words),
      number === 1 ? '' : make('span', { class: 'quiet' }, ` ${number}`),
    );

  function builtRow(content, { pattern, flags, index, isFirst }) {
    const cells = matrix.parts.map(({ part }) => {
      const object = content.objects.find((one) => one.part === part);
      if (object === undefined) return make('td', { 'data-label': part, class: 'quiet' }, 'none');
      const shared = object.combinations > 1 ? `in ${object.combinations} combinations` : 'only here';
      const name = make(
        'span',
        { class: 'object', 'data-hue': object.number % 8, title: object.name },
        `#${object.number}`,
      );
      return make(
        'td',
        { 'data-label': part },
        name,
        ' ',
        bytes(object.size),
        make('span', { class: 'quiet' }, ` ${shared}`),
      );
    });
    return make(
      'tr',
      { 'data-content': index + 1, 'data-kind': 'built' },
      stateCell('built', 'built', pattern.combinations),
      ...flagCells(pattern, flags),
      ...cells,
      make('td', { 'data-label': 'Builds' }, isFirst ? buildsOf(content, index) : 'as above'),
    );
  }

  function buildsOf({ builds, combinations }, index) {
    const nameOf = ({ buildId }) => (buildId === undefined ? 'build' : `build ${buildId}`);
    const known = builds.filter(({ path }) => path !== undefined);
    if (known.length === 0) return make('span', { class: 'quiet' }, 'not known');
    if (combinations === 1)
      return make('span', { title: known[0].path }, nameOf(known[0]), ' ', time(known[0].builtMs));
    const more = combinations > builds.length ? ` of ${combinations}` : '';
    return make(
      'details',
      {},
      make('summary', { 'data-row': index }, `${count(known.length, 'build')}${more}`),
      make(
        'ul',
        {},
        ...known.map((build) =>
          make(
            'li',
            { title: build.path },
            `${nameOf(build)}: ${build.use.join(' ') || 'all off'} `,
            time(build.builtMs),
          ),
        ),
      ),
    );
  }

  /** One more step towards a single combination: what the row says, or else the next flag that is open. */
  function closer(pattern) {
    const { on, off } = matrix.filter;
    const decided = new Set([...on, ...off, ...pattern.on, ...pattern.off]);
    const isNews = decided.size > on.length + off.length;
    const open = matrix.flags.find(({ flag }) => !decided.has(flag));
    if (!isNews && open) decided.add(open.flag);
    return wholeWish(pattern.first).filter((word) => decided.has(word.replace(/^-/, '')));
  }

  function missingRow(pattern, flags, index) {
    const isOne = pattern.combinations === 1;
    const about = [...pattern.on, ...pattern.off.map((flag) => `-${flag}`)].join(' ');
    const button =
      isOne && matrix.takesRequests
        ? make(
            'button',
            { type: 'button', 'data-row': `m${index}`, onclick: () => onRequest(wholeWish(pattern.first)) },
            'Request',
          )
        : make(
            'button',
            { type: 'button', 'data-row': `m${index}`, onclick: () => onWish(closer(pattern)) },
            'Look closer',
          );
    button.setAttribute('aria-label', `${button.textContent}: ${about || 'all of them'}`);
    return make(
      'tr',
      { 'data-kind': 'missing' },
      stateCell('missing', 'missing', pattern.combinations),
      ...flagCells(pattern, flags),
      make('td', { colspan: Math.max(1, matrix.parts.length), class: 'quiet' }, 'nobody has built it'),
      make('td', { class: 'links' }, button),
    );
  }

  function showParts() {
    element('parts-rows').replaceChildren(
      ...matrix.parts.map((one) =>
        make(
          'tr',
          {},
          make('th', { scope: 'row' }, one.part),
          make('td', { 'data-label': 'Comes with' }, one.flag ? `flag ${one.flag}` : 'the package'),
          make(
            'td',
            { 'data-label': 'Objects' },
            `${one.objects} for ${count(one.combinations, 'combination')}`,
          ),
          make('td', { 'data-label': 'Size', class: 'number' }, bytes(one.keptBytes)),
          make('td', { 'data-label': 'Saved by sharing', class: 'number' }, bytes(one.savedBytes)),
          make('td', { 'data-label': 'Does not depend on' }, one.neutral.join(', ') || 'nothing'),
        ),
      ),
    );
    element('problems').replaceChildren(
      ...(matrix.problems.length === 0
        ? []
        : [
            make('h3', {}, 'Problems'),
            make(
              'ul',
              {},
              ...matrix.problems.map(({ code, severity, message }) =>
                make('li', { class: severity === 'error' ? 'trouble' : 'quiet' }, `${code} ${message}`),
              ),
            ),
          ]),
    );
  }

  const requestStates = { there: 'done', built: 'done', failed: 'failed', waiting: 'later' };

  function showRequests(requests) {
    element('requests').replaceChildren(
      ...(requests.length === 0
        ? []
        : [
            make('h3', {}, 'Asked for'),
            make(
              'ul',
              {},
              ...requests.map((one) =>
                make(
                  'li',
                  {},
                  make(
                    'span',
                    { 'data-state': requestStates[one.state] ?? 'running' },
                    one.use.join(' ') || 'all off',
                  ),
                  ' ',
                  time(one.requestedMs),
                  `: ${standingOf(one)} `,
                  one.job ? link(`/logs.html?id=${encodeURIComponent(one.job)}`, 'log') : '',
                ),
              ),
            ),
          ]),
    );
  }

  return {
    takesRequests: () => matrix?.takesRequests ?? false,
    takeRequests: showRequests,
    take: (value) => {
      matrix = value;
      element('matrix').hidden = false;
      showFacts();
      showControls();
      showChoice();
      showCombinations();
      showParts();
    },
  };
}
