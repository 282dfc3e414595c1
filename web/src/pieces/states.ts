/** States as signs and tones, for what is drawn and what is written alike. */

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

const badges: Readonly<Record<string, readonly [sign: string, tone: Tone]>> = {
  waiting: ['◌', 'quiet'],
  ready: ['○', 'quiet'],
  running: ['▶', 'busy'],
  succeeded: ['✓', 'good'],
  'already-built': ['=', 'quiet'],
  skipped: ['–', 'quiet'],
  failed: ['✗', 'bad'],
  'timed-out': ['◔', 'bad'],
  canceled: ['⊘', 'quiet'],
  blocked: ['■', 'warn'],
  lost: ['?', 'warn'],
  idle: ['○', 'quiet'],
  busy: ['▶', 'busy'],
  draining: ['▽', 'warn'],
  incompatible: ['✗', 'bad'],
  flapping: ['≈', 'warn'],
  fresh: ['✓', 'good'],
  review: ['✎', 'warn'],
  paused: ['‖', 'quiet'],
  unseen: ['·', 'quiet'],
  'by-hand': ['☞', 'quiet'],
  done: ['✓', 'good'],
  later: ['…', 'warn'],
  interrupted: ['⊘', 'warn'],
};

/** A sign that says the state where colours do not. */
export const signOf = (state: string): string => badges[state]?.[0] ?? '·';
export const toneOf = (state: string): Tone => badges[state]?.[1] ?? 'quiet';
