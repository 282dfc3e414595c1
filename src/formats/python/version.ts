import { compareText, compareWholeNumbers } from '../../primitives/index.ts';

/** One piece behind `+`: a number (without zeros in front) or a word in small letters. */
export interface LocalPart {
  readonly kind: 'number' | 'word';
  readonly text: string;
}

/** A pre-, post- or development release; the number without zeros in front. */
export interface ReleaseMark<Kind extends string> {
  readonly kind: Kind;
  readonly number: string;
}

/** A version by PEP 440, normalised. Numbers are digits without zeros in front: they may be longer than any number. */
export interface PythonVersion {
  readonly epoch: string;
  readonly release: readonly string[];
  readonly pre?: ReleaseMark<'a' | 'b' | 'rc'>;
  readonly post?: ReleaseMark<'post'>;
  readonly dev?: ReleaseMark<'dev'>;
  readonly local?: readonly LocalPart[];
}

const pattern = new RegExp(
  [
    '^v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\\.[0-9]+)*)',
    '(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>[0-9]+)?)?',
    '(?:-(?<implicit>[0-9]+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>[0-9]+)?)?',
    '(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>[0-9]+)?)?',
    '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$',
  ].join(''),
  'i',
);

const whole = (digits: string | undefined): string => (digits ?? '').replace(/^0+(?=.)/, '') || '0';

const preKinds: Readonly<Record<string, 'a' | 'b' | 'rc'>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** Reads a version and normalises it (PEP 440, "Normalization"); undefined when the text is none. Never throws. */
export function parsePythonVersion(text: string): PythonVersion | undefined {
  const found = pattern.exec(text.trim())?.groups;
  if (!found) return undefined;
  const pre = found['pre'] && preKinds[found['pre'].toLowerCase()];
  const isPost = found['implicit'] !== undefined || found['post'] !== undefined;
  const local = found['local']?.toLowerCase().split(/[-_.]/);
  return {
    epoch: whole(found['epoch']),
    release: (found['release'] ?? '').split('.').map(whole),
    ...(pre ? { pre: { kind: pre, number: whole(found['preNumber']) } } : {}),
    ...(isPost ? { post: { kind: 'post', number: whole(found['implicit'] ?? found['postNumber']) } } : {}),
    ...(found['dev'] ? { dev: { kind: 'dev', number: whole(found['devNumber']) } } : {}),
    ...(local
      ? {
          local: local.map((part) =>
            /^\d+$/.test(part) ? { kind: 'number', text: whole(part) } : { kind: 'word', text: part },
          ),
        }
      : {}),
  };
}

/** The version without what stands behind `+`. */
export function publicVersion({ local: _, ...rest }: PythonVersion): PythonVersion {
  return rest;
}

/** Whether it is a pre-release or a development release. */
export function isPrerelease({ pre, dev }: PythonVersion): boolean {
  return pre !== undefined || dev !== undefined;
}

/** The normal form: `1!1.0rc1.post2.dev3+local.4`. */
export function formatPythonVersion(version: PythonVersion): string {
  const { epoch, release, pre, post, dev, local } = version;
  return [
    epoch === '0' ? '' : `${epoch}!`,
    release.join('.'),
    pre ? `${pre.kind}${pre.number}` : '',
    post ? `.post${post.number}` : '',
    dev ? `.dev${dev.number}` : '',
    local ? `+${local.map(({ text }) => text).join('.')}` : '',
  ].join('');
}

function compareReleases(a: readonly string[], b: readonly string[]): number {
  const most = Math.max(a.length, b.length);
  for (let index = 0; index < most; index += 1) {
    const order = compareWholeNumbers(a[index] ?? '0', b[index] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

/** A development release of nothing else lies before the first alpha; what is no pre-release lies behind them all. */
function preRank({ pre, post, dev }: PythonVersion): number {
  if (pre) return pre.kind === 'a' ? 1 : pre.kind === 'b' ? 2 : 3;
  return post === undefined && dev !== undefined ? 0 : 4;
}

/** `missing` is the place of a version that has none: before (-1) or behind (1) all that have one. */
function compareMarks(a: string | undefined, b: string | undefined, missing: -1 | 1): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? missing : -missing;
  return compareWholeNumbers(a, b);
}

function compareLocals(a: readonly LocalPart[] | undefined, b: readonly LocalPart[] | undefined): number {
  if (!a || !b) return a === b ? 0 : a ? 1 : -1;
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const one = a[index] as LocalPart;
    const two = b[index] as LocalPart;
    if (one.kind !== two.kind) return one.kind === 'number' ? 1 : -1;
    const compare = one.kind === 'number' ? compareWholeNumbers : compareText;
    const order = compare(one.text, two.text);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** The order of PEP 440; -1 when the first is older. `1.0` and `1.0.0` are equal. */
export function comparePythonVersions(a: PythonVersion, b: PythonVersion): -1 | 0 | 1 {
  const order =
    compareWholeNumbers(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    preRank(a) - preRank(b) ||
    compareMarks(a.pre?.number, b.pre?.number, -1) ||
    compareMarks(a.post?.number, b.post?.number, -1) ||
    compareMarks(a.dev?.number, b.dev?.number, 1) ||
    compareLocals(a.local, b.local);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}
