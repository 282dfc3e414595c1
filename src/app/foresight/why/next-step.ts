import type { WhyAnswer } from '../../../api/index.ts';
import type { JobRecord } from '../../../database/index.ts';
import { catalogue } from '../../../diagnostics/index.ts';
import { shortName, type WhyScene } from './scene.ts';
import type { WhyStep } from './step.ts';

type Next = WhyAnswer['next'];

/** What to do, always: of the cause that is at the end of the chain. */
export function nextStep(scene: WhyScene, job: JobRecord, now: readonly WhyStep[]): Next {
  const root = rootOf(now[0]) ?? now.at(-1);
  return adviceFor(scene, job, root ?? { kind: 'unknown', text: '' });
}

const kindsOfRoots = new Set([
  'no-manager',
  'no-builder',
  'builders-away',
  'builders-busy',
  'offered',
  'running',
  'stopping',
  'cycle-turn',
  'deciding',
  'failed',
  'timed-out',
  'canceled',
  'skipped',
  'publication-failed',
  'unpublished',
  'held-back',
  'refused',
  'superseded',
  'rolled-back',
  'removed',
  'other-there',
  'published',
  'nothing-made',
]);

/** The innermost cause that something can be done about. */
function rootOf(step: WhyStep | undefined): WhyStep | undefined {
  if (!step) return undefined;
  for (const behind of step.because ?? []) {
    const found = rootOf(behind);
    if (found) return found;
  }
  return kindsOfRoots.has(step.kind) ? step : undefined;
}

function adviceFor(scene: WhyScene, job: JobRecord, root: WhyStep): Next {
  const own = scene.nameOf(job.id);
  const other = root.job === undefined ? own : shortName(root.job);
  switch (root.kind) {
    case 'no-manager':
      return {
        text: "Start the farm: 'packmill up', or 'packmill build' with its recipes.",
        commands: ['packmill up'],
      };
    case 'no-builder':
      return {
        text: `Start a builder that fits ('packmill builder', with BUILDER_CLASS, labels and BUILDER_ARCHES), or schedule '${other}' for a class that is there.`,
        commands: ['packmill builder', 'packmill queue'],
      };
    case 'builders-away':
      return awayAdvice(root);
    case 'builders-busy':
      return {
        text: 'Nothing has to be done: it is taken when a slot gets free. More builders make it sooner, and a simulation says by how much.',
        commands: ['packmill simulate --builders +1'],
      };
    case 'offered':
      return {
        text: 'Nothing has to be done: a builder takes it in a moment.',
        commands: ['packmill queue'],
      };
    case 'running':
    case 'stopping':
      return {
        text: `Nothing has to be done: follow the log of '${other}'.`,
        commands: [`packmill logs -f ${other}`],
      };
    case 'cycle-turn':
    case 'deciding':
      return { text: 'Nothing has to be done: it goes on by itself.', commands: ['packmill status'] };
    case 'failed':
    case 'timed-out':
    case 'canceled':
    case 'skipped':
      return endAdvice(root, other);
    default:
      return publicationAdvice(job, root, own);
  }
}

function awayAdvice({ because = [] }: WhyStep): Next {
  const drained = because.find(({ text }) => text.includes('it is drained'));
  const name = /^'([^']+)'/.exec(drained?.text ?? '')?.[1];
  if (name !== undefined)
    return { text: `Let '${name}' work again.`, commands: [`packmill drain --undo ${name}`] };
  return {
    text: 'Start the builders that are away again, or help those that are in trouble.',
    commands: ['packmill queue', 'packmill doctor'],
  };
}

function endAdvice(root: WhyStep, name: string): Next {
  const advice = root.code === undefined ? undefined : catalogue[root.code]?.next;
  const retry = `packmill retry ${name}`;
  if (root.kind === 'canceled')
    return { text: `Schedule '${name}' again if it is wanted.`, commands: [retry] };
  if (root.kind === 'skipped')
    return {
      text: 'Nothing has to be done, unless it should have been built.',
      commands: [`packmill logs ${name}`],
    };
  return {
    text: `See the log of '${name}'. ${advice ?? 'Correct the cause.'} Then schedule it again.`,
    commands: [
      `packmill logs ${name}`,
      ...(root.code === undefined ? [] : [`packmill explain ${root.code}`]),
      retry,
    ],
  };
}

function heldAdvice({ text }: WhyStep): Next {
  const id = /held back by rebuild (\d+)/.exec(text)?.[1] ?? '';
  return {
    text: 'Have what it breaks built anew, and both go out together; or publish it as it is.',
    commands: ['packmill rebuild list', `packmill rebuild go ${id}`, `packmill rebuild publish ${id}`],
  };
}

function publicationAdvice(job: JobRecord, root: WhyStep, name: string): Next {
  const target = job.id.split('/')[0] ?? '';
  switch (root.kind) {
    case 'publication-failed':
      return {
        text: 'Mend what is in the way; it is published by itself then.',
        commands: ['packmill status', 'packmill doctor'],
      };
    case 'held-back':
      return heldAdvice(root);
    case 'unpublished':
      return {
        text: 'It is published by itself as soon as packmill is at work.',
        commands: ['packmill status'],
      };
    case 'refused':
      return {
        text:
          (root.code === undefined ? undefined : catalogue[root.code]?.next) ??
          'Correct the recipe and build it again.',
        commands: [
          ...(root.code === undefined ? [] : [`packmill explain ${root.code}`]),
          `packmill retry ${name}`,
        ],
      };
    case 'rolled-back':
      return {
        text: 'Publish again, or roll forward to the newer generation.',
        commands: [`packmill repo generations ${target}`, `packmill repo rollback ${target}`],
      };
    case 'removed':
      return { text: 'Schedule it again if it is wanted.', commands: [`packmill retry ${name}`] };
    case 'other-there':
    case 'superseded':
      return {
        text: 'Nothing has to be done: what is newest is there.',
        commands: [`packmill repo show ${target}`],
      };
    case 'nothing-made':
      return { text: 'Schedule it, or build its recipe.', commands: [`packmill retry ${name}`] };
    default:
      return { text: 'Nothing has to be done: it is there.', commands: [`packmill repo show ${target}`] };
  }
}
