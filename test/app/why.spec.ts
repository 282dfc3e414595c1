// Why, of each cause: the answers of a farm whose dispatcher runs in virtual time.
import { afterEach, describe, expect, it } from 'vitest';
import type { BuilderView, WhyAnswer } from '../../src/api/index.ts';
import { whyAnswer } from '../../src/app/foresight/why/answer.ts';
import type { WhyScene } from '../../src/app/foresight/why/scene.ts';
import { isFault } from '../../src/diagnostics/index.ts';
import type { VirtualClock } from '../../src/host/index.ts';
import type { JobReason, Outcome, Plan, PlannedJob } from '../../src/model/index.ts';
import { parseJobId } from '../../src/primitives/index.ts';
import { failure, idOf, type JobSketch, planOf, Scene, success } from '../dispatcher/scene.ts';

let scene = new Scene();
afterEach(() => {
  scene.database.close();
  scene = new Scene();
});

function builder(name: string, more: Partial<BuilderView> = {}): BuilderView {
  return {
    name,
    instance: 'test',
    class: 9,
    labels: [],
    arches: ['x86_64'],
    slots: 1,
    busy: [],
    protocol: 1,
    state: 'idle',
    lastSeenMs: 0,
    ...more,
  };
}

function ask(name: string, more: Partial<WhyScene> = {}): WhyAnswer {
  const whyScene: WhyScene = {
    database: scene.database,
    nowMs: scene.clock.nowMs(),
    isManaged: true,
    builders: [builder('one')],
    isOwn: () => false,
    usualArch: 'x86_64',
    forecastOf: () => undefined,
    troubles: [],
    visible: () => undefined,
    upkeepOf: () => undefined,
    failureOf: () => undefined,
    nameOf: (job) => parseJobId(job)?.name ?? job,
    ...more,
  };
  return whyAnswer(whyScene, idOf(name), () => '/log');
}

/** A chain as indented lines. */
const text = (lines: WhyAnswer['now']): string =>
  lines.map(({ depth, text: line }) => `${'  '.repeat(depth)}${line}`).join('\n');
const kinds = ({ now }: WhyAnswer): readonly string[] => now.map(({ kind }) => kind);

/** A plan whose jobs have reasons of their own, and an origin. */
function reasonedPlan(
  sketch: Readonly<Record<string, JobSketch>>,
  reasons: Readonly<Record<string, readonly JobReason[]>>,
  origin?: Partial<NonNullable<Plan['origin']>>,
): Plan {
  const plan = planOf(sketch);
  const jobs = plan.jobs.map((job): PlannedJob => ({ ...job, reasons: reasons[job.name] ?? job.reasons }));
  const base = { request: 'r-00000001', source: 'core', commit: 'c'.repeat(40), pipeline: undefined };
  const rest = { archMirror: undefined, requestedMs: scene.clock.nowMs(), urgency: 0 };
  return { ...plan, jobs, ...(origin ? { origin: { ...base, ...rest, ...origin } } : {}) };
}

/** Ends the next job. */
const end = async (outcome?: Outcome): Promise<void> => {
  const started = await scene.start();
  await started.end(outcome);
  await scene.dispatcher.idle();
};

describe('why a job was planned', () => {
  it('names the source, commit, pipeline and urgency of the plan, and the change', async () => {
    const changed = { kind: 'version-changed', from: '1-1', to: '2-1' } as const;
    const plan = reasonedPlan({ lib: {} }, { lib: [changed] }, { pipeline: 'https://ci/7', urgency: 5 });
    await scene.dispatcher.admit(plan, { why: 'schedule core' });
    const { planned } = ask('lib');
    expect(planned[0]?.text).toMatch(
      /^plan 1 was made at .* UTC from source 'core' at commit c{12}, asked for by the pipeline https:\/\/ci\/7, with urgency 5$/,
    );
    expect(planned[1]).toMatchObject({ kind: 'version-changed', text: 'version 1-1 -> 2-1' });
  });

  it('names the run of the upkeep that scheduled it, and that the upkeep is paused since', async () => {
    await scene.dispatcher.admit(reasonedPlan({ lib: {} }, {}, {}), { why: 'schedule core' });
    const run = {
      kind: 'on-schedule',
      by: 'timer',
      startedMs: scene.clock.nowMs() - 1000,
      endedMs: scene.clock.nowMs(),
      outcome: 'done',
      problem: null,
      scheduled: ['lib'],
      warnings: 0,
    } as const;
    const { planned } = ask('lib', {
      upkeepOf: () => ({ paused: true, runs: [{ ...run, scheduled: ['lib'] }] }),
    });
    expect(planned.map(({ kind }) => kind)).toEqual(['plan', 'upkeep', 'new', 'upkeep-paused']);
    expect(planned[1]).toMatchObject({ depth: 1, text: expect.stringContaining('begun by the timer') });
  });

  it('follows a rebuilt dependency to the change that began it', async () => {
    const rebuilt = (name: string): JobReason => ({ kind: 'dependency-rebuilt', dependency: idOf(name) });
    const plan = reasonedPlan(
      {
        base: {},
        lib: { needs: ['base'], action: 'build-if-broken' },
        app: { needs: ['lib'], action: 'build-if-broken' },
      },
      { base: [{ kind: 'recipe-changed', version: '1-1' }], lib: [rebuilt('base')], app: [rebuilt('lib')] },
    );
    await scene.dispatcher.admit(plan, { why: 'packmill build .' });
    expect(text(ask('app').planned.slice(1))).toBe(
      [
        "'lib' is rebuilt: it is built again only if that breaks it",
        "  'lib': 'base' is rebuilt: it is built again only if that breaks it",
        "    'base': recipe changed, version still 1-1",
      ].join('\n'),
    );
  });

  it('says that a library went away', async () => {
    const missing = { kind: 'soname-missing', dependency: 'lib', soname: 'libfoo.so.1' } as const;
    await scene.dispatcher.admit(reasonedPlan({ app: {} }, { app: [missing] }), { why: 'x' });
    expect(text(ask('app').planned)).toContain("'lib' no longer provides libfoo.so.1");
  });
});

describe('why a job waits', () => {
  it('follows what it waits for to what runs, and says that what is published would do', async () => {
    await scene.admit({ base: {}, lib: { needs: ['base'] }, app: { needs: ['?lib'] } });
    await scene.start();
    const answer = ask('app');
    expect(text(answer.now)).toBe(
      [
        "it waits for 'lib', which it needs; what is published would do, should it fail",
        "  it waits for 'base', which it needs",
        "    'base': builder 'one' works on it for 0ms",
      ].join('\n'),
    );
    expect(answer.next.commands).toEqual(['packmill logs -f base']);
  });

  it('says which builders there are and why each will not take it', async () => {
    await scene.admit({ big: { buildClass: 12 }, named: { buildClass: 'two' } });
    const builders = [
      builder('one'),
      builder('arm', { arches: ['aarch64'], class: 20 }),
      builder('own', { class: null }),
    ];
    const answer = ask('big', { builders });
    expect(text(answer.now)).toBe(
      [
        'it waits for a builder of class 12 or more, and no builder is one',
        "  'one': its class is 9, and the job needs 12",
        "  'arm': it builds for aarch64, not for x86_64",
        "  'own': it takes only jobs that are addressed to it",
      ].join('\n'),
    );
    expect(answer.next.text).toContain('Start a builder that fits');
    expect(text(ask('named', { builders: [builder('one')] }).now)).toContain(
      "'one': the job is for the builder 'two' alone",
    );
    expect(kinds(ask('big', { builders, isOwn: (name) => name === 'own' }))[0]).toBe('offered');
  });

  it('says which labels a builder lacks, and that there is none at all', async () => {
    const plan = planOf({ lib: {} });
    const labeled = { ...plan, jobs: plan.jobs.map((job) => ({ ...job, labels: ['gpu', 'fast'] })) };
    await scene.dispatcher.admit(labeled, { why: 'x' });
    expect(text(ask('lib', { builders: [builder('one', { labels: ['fast'] })] }).now)).toContain(
      "'one': it lacks the label gpu",
    );
    expect(ask('lib', { builders: [] }).summary).toMatch(/with gpu, fast, and no builder is there at all$/);
  });

  it('tells of builders that are drained, away or in trouble, and lets a drained one work again', async () => {
    await scene.admit({ lib: {} });
    const builders = [
      builder('a', { state: 'draining' }),
      builder('b', { state: 'lost' }),
      builder('c', { trouble: 'its disk is full' }),
    ];
    const answer = ask('lib', { builders });
    expect(text(answer.now)).toBe(
      [
        'it waits for a builder of class 1 or more, and those that are take no jobs now',
        "  'a': it is drained: it finishes what it has and takes no new jobs",
        "  'b': it was not heard of for a while",
        "  'c': it takes no jobs: its disk is full",
      ].join('\n'),
    );
    expect(answer.next.commands).toEqual(['packmill drain --undo a']);
  });

  it('tells how many go before it when all slots are busy, and what more builders would do', async () => {
    await scene.admit({ first: { priority: 9 }, lib: {} });
    const place = { job: idOf('lib'), plan: 1, state: 'ready', position: 1, start: null, end: null } as const;
    const answer = ask('lib', {
      builders: [builder('one', { busy: ['x'], state: 'busy' })],
      forecastOf: () => ({ ...place, basis: 'own-history', withoutHistory: 0 }),
    });
    expect(answer.summary).toBe(
      'it waits for a free slot of a builder of class 1 or more, after 1 other job',
    );
    expect(answer.next.commands).toEqual(['packmill simulate --builders +1']);
    expect(answer.when?.position).toBe(1);
  });

  it('tells what room it took before when a slot is free and it is not taken', async () => {
    scene.database.peaks.note(idOf('lib'), { peakMemoryBytes: 2 ** 33 });
    await scene.admit({ lib: {} });
    expect(text(ask('lib').now)).toMatch(/it took 8.* of memory before: a builder with less room/);
  });

  it('says that nobody is at work', async () => {
    await scene.admit({ lib: {} });
    const answer = ask('lib', { isManaged: false });
    expect([kinds(answer), answer.next.commands]).toEqual([['no-manager'], ['packmill up']]);
  });

  it('waits for its turn in a cycle, for a decision, and for the job that it replaces', async () => {
    await scene.admit({ a: { cycle: 1 }, b: { cycle: 1 } });
    expect(kinds(ask('b'))).toEqual(['cycle-turn']);
    await scene.admit({ old: {} });
    const running = await scene.start();
    await scene.admit({ [running.name]: {} });
    expect(kinds(ask(running.name))[0]).toBe('waits-replaced');
    scene.database.close();
    scene = new Scene({ decide: () => new Promise(() => undefined) });
    await scene.admit({ lib: {}, app: { needs: ['lib'], action: 'build-if-broken' } });
    const lib = await scene.start();
    await lib.end();
    expect(kinds(ask('app'))).toEqual(['deciding']);
  });
});

describe('why a job runs, failed, was blocked or ended otherwise', () => {
  it('tells who works on it for how long, after how many lost attempts, and that it is to stop', async () => {
    await scene.admit({ lib: {} });
    await (await scene.start()).end({ kind: 'lost', reason: 'gone' });
    await scene.start();
    await (scene.clock as VirtualClock).advance(90_000);
    expect(ask('lib').summary).toBe("builder 'one' works on it for 1m30s, after 1 lost attempt");
    expect(ask('lib', { builders: [builder('one', { state: 'lost' })] }).summary).toMatch(
      /its lease runs out/,
    );
    await scene.dispatcher.cancel([idOf('lib')], 'olga wants it');
    expect(ask('lib').summary).toBe("builder 'one' was asked to stop it: olga wants it");
  });

  it('leads from a blocked job over all between to the one that failed, with its class and what to do', async () => {
    await scene.admit({ base: {}, lib: { needs: ['base'] }, app: { needs: ['lib'] } });
    await end(failure);
    const answer = ask('app');
    expect(answer.state).toBe('blocked');
    expect(text(answer.now)).toMatch(
      /^it needs 'lib', which needs 'base'\n {2}'base': it failed at .* UTC on builder 'one': BLD001 it does not compile\n {4}that is: /,
    );
    const words = { title: 'compiler', line: ' foo.c:1: error: x ', advice: 'Mend the code.' };
    expect(text(ask('app', { failureOf: () => words }).now)).toContain(
      '\n    its log says: compiler: foo.c:1: error: x\n    Mend the code.',
    );
    expect(answer.now[0]?.job).toBe(idOf('base'));
    expect(answer.now[1]).toMatchObject({ code: 'BLD001', job: idOf('base') });
    expect(answer.next.commands).toEqual([
      'packmill logs base',
      'packmill explain BLD001',
      'packmill retry base',
    ]);
  });

  it('tells failures, time-outs, cancellations and skips of the job itself', async () => {
    await scene.admit({ a: { priority: 4 }, b: { priority: 3 }, c: { priority: 2 }, d: {} });
    await end(failure);
    await end({ kind: 'timed-out', limitMs: 60_000 });
    await end({ kind: 'skipped', reason: 'not for this architecture' });
    await scene.dispatcher.cancel([idOf('d')], 'olga wants it');
    expect(ask('a').summary).toContain('BLD001 it does not compile');
    expect(ask('b').summary).toMatch(/^it was stopped at .*did not end within 60 s$/);
    expect(ask('c').summary).toBe('not for this architecture');
    expect(ask('d').summary).toBe('olga wants it');
    expect(['a', 'b', 'd'].map((name) => ask(name).next.commands.at(-1))).toEqual([
      'packmill retry a',
      'packmill retry b',
      'packmill retry d',
    ]);
  });

  it('tells what was kept, and why a rebuilt dependency changed nothing', async () => {
    await scene.admit({
      lib: {},
      app: { needs: ['lib'], action: 'build-if-broken' },
      old: { action: 'keep' },
    });
    await end();
    expect(ask('app').summary).toBe('nothing was built in plan 1: its sonames are all there');
    expect(ask('old').summary).toBe('nothing was built in plan 1: up to date');
    expect(kinds(ask('old'))).toEqual(['kept', 'nothing-made']);
  });
});

describe('why a package is not published', () => {
  const marked = (generation: number): void =>
    scene.database.artifacts.markPublished(
      scene.database.artifacts.unpublished().map(({ id }) => id),
      generation,
    );
  const shows = (generation: number, versions: Readonly<Record<string, string>>): Partial<WhyScene> => ({
    visible: () => ({ generation, versions: new Map(Object.entries(versions)) }),
  });
  const build = async (): Promise<void> => {
    await scene.admit({ lib: {} });
    await end(success('lib'));
  };

  it('because it goes out with the next generation, packmill ended, or publishing does not work', async () => {
    await build();
    expect(kinds(ask('lib'))).toEqual(['unpublished']);
    expect(ask('lib', { isManaged: false }).summary).toContain('before packmill ended');
    const answer = ask('lib', { troubles: ['publishing: SGN003 the key has expired'] });
    expect(answer.summary).toContain('SGN003 the key has expired');
    expect(answer.next.commands).toContain('packmill doctor');
  });

  it('because the publisher refused it, or a newer build took its place', async () => {
    await build();
    marked(0);
    const job = scene.database.jobs.newestWithId(idOf('lib'));
    if (!job) throw new Error('there is no job');
    expect(kinds(ask('lib'))).toEqual(['superseded']);
    const reason = "built, and not published: PUB002 'lib' 1-1 is older than 2-1, which is published";
    scene.database.jobs.update(job, { reason, sinceMs: job.sinceMs });
    const answer = ask('lib', shows(3, { lib: '2-1' }));
    expect(text(answer.now)).toBe(
      "1-1: built, and not published: PUB002 'lib' 1-1 is older than 2-1, which is published\n  the repository has 2-1",
    );
    expect(answer.next.commands[0]).toBe('packmill explain PUB002');
  });

  it('because the repository was taken back, it was taken out, or another version is there; or it is there', async () => {
    await build();
    marked(3);
    expect(ask('lib', shows(2, {})).summary).toContain('taken back to generation 2');
    expect(ask('lib', shows(4, {})).summary).toContain('taken out since');
    expect(ask('lib', shows(4, { lib: '2-1' })).summary).toContain('has 2-1 now');
    expect(ask('lib', shows(4, { lib: '1-1' })).summary).toBe('1-1 is in local/x86_64 since generation 3');
    for (const more of [shows(2, {}), shows(4, {}), shows(4, { lib: '2-1' }), shows(4, { lib: '1-1' })])
      expect(ask('lib', more).next.text).not.toBe('');
  });
});

it('every answer ends with a next step, whatever became of the jobs', async () => {
  await scene.admit({
    a: {},
    b: { needs: ['a'] },
    c: { needs: ['b'], action: 'build-if-broken' },
    d: { buildClass: 99 },
  });
  for (let turn = 0; turn < 3; turn += 1) {
    for (const name of ['a', 'b', 'c', 'd']) {
      const { next, summary } = ask(name);
      expect([summary, next.text]).not.toContain('');
    }
    if (await scene.claim().then((lease) => lease && scene.queue.release(lease))) await end();
  }
});

it('has no answer for what no plan has (CLI002)', () => {
  try {
    ask('nowhere');
    expect.unreachable();
  } catch (error) {
    expect(isFault(error) && error.problem.code).toBe('CLI002');
  }
});
