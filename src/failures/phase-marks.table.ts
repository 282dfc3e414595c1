/** Kinds of phases of a build, whatever program marks them. */
export type PhaseKind =
  | 'queue'
  | 'dependencies'
  | 'fetch'
  | 'verify'
  | 'prepare'
  | 'configure'
  | 'build'
  | 'check'
  | 'package'
  | 'publish'
  | 'other';

/** How a program says that a phase begins. `words` as of a rule; `name`: group of the pattern that names it. */
export interface PhaseMark {
  readonly words: readonly string[];
  readonly pattern: RegExp;
  readonly kind: PhaseKind;
  readonly example: string;
}

export const phaseMarks: readonly PhaseMark[] = [
  mark(
    'queue',
    ['added to build queue'],
    /^Added to build queue at /,
    'Added to build queue at 01/02/2026, 10:00:00 UTC.',
  ),
  mark(
    'dependencies',
    ['phase '],
    /^==> packmill: phase 'dependencies'/,
    "==> packmill: phase 'dependencies'",
  ),
  mark(
    'prepare',
    ['phase '],
    /^==> packmill: phase '(?:interfere|prepare)'/,
    "==> packmill: phase 'interfere'",
  ),
  mark('fetch', ['phase '], /^==> packmill: phase 'fetch'/, "==> packmill: phase 'fetch'"),
  mark('publish', ['phase '], /^==> packmill: phase 'collect'/, "==> packmill: phase 'collect'"),
  mark('build', ['phase '], /^==> packmill: phase 'build'/, "==> packmill: phase 'build'"),
  mark('configure', ['phase '], /^==> packmill: phase 'configure'/, "==> packmill: phase 'configure'"),
  mark('check', ['phase '], /^==> packmill: phase 'check'/, "==> packmill: phase 'check'"),
  mark('package', ['phase '], /^==> packmill: phase 'package'/, "==> packmill: phase 'package'"),
  mark('other', ['phase '], /^==> packmill: phase '/, "==> packmill: phase 'capture'"),
  mark(
    'dependencies',
    ['==> checking ', '==> installing '],
    /^==> (?:Checking (?:runtime|buildtime) dependencies|Installing missing dependencies)\.\.\./,
    '==> Checking runtime dependencies...',
  ),
  mark('fetch', ['==> retrieving '], /^==> Retrieving sources\.\.\./, '==> Retrieving sources...'),
  mark(
    'verify',
    ['==> validating ', '==> verifying '],
    /^==> (?:Validating \S+ (?:\S+ )?files? with|Verifying source file signatures)/,
    '==> Validating source files with sha256sums...',
  ),
  mark(
    'prepare',
    ['==> extracting ', '==> starting prepare', '==> starting pkgver'],
    /^==> (?:Extracting sources|Starting (?:prepare|pkgver)\(\))\.\.\./,
    '==> Starting prepare()...',
  ),
  mark('build', ['==> starting build'], /^==> Starting build\(\)\.\.\./, '==> Starting build()...'),
  mark('check', ['==> starting check'], /^==> Starting check\(\)\.\.\./, '==> Starting check()...'),
  mark(
    'package',
    ['==> starting package', '==> entering fakeroot', '==> creating package'],
    /^==> (?:Starting package(?:_\S+)?\(\)\.\.\.|Entering fakeroot environment|Creating package ")/,
    '==> Starting package()...',
  ),
  mark(
    'dependencies',
    ['dependency resolution', 'calculating dependencies'],
    /^Calculating dependencies/,
    'Calculating dependencies... done!',
  ),
  mark(
    'fetch',
    ['>>> downloading '],
    /^>>> Downloading '/,
    ">>> Downloading 'https://example.org/hello-2.12.tar.gz'",
  ),
  mark(
    'prepare',
    ['>>> emerging ', '>>> unpacking ', '>>> preparing '],
    /^>>> (?:Emerging \(|Unpacking source|Preparing source)/,
    '>>> Preparing source in /var/tmp/portage/app/hello-2/work/hello-2 ...',
  ),
  mark(
    'configure',
    ['>>> configuring '],
    /^>>> Configuring source/,
    '>>> Configuring source in /var/tmp/portage/app/hello-2/work/hello-2 ...',
  ),
  mark(
    'build',
    ['>>> compiling '],
    /^>>> Compiling source/,
    '>>> Compiling source in /var/tmp/portage/app/hello-2/work/hello-2 ...',
  ),
  mark('check', ['>>> test phase'], /^>>> Test phase: /, '>>> Test phase: app-misc/hello-2'),
  mark(
    'package',
    ['>>> install '],
    /^>>> Install \S+ into /,
    '>>> Install app-misc/hello-2 into /var/tmp/portage/app/hello-2/image',
  ),
  mark(
    'publish',
    ['>>> installing ', '>>> building package', '>>> merging '],
    /^>>> (?:Installing \(|Building package for|Merging )/,
    '>>> Installing (1 of 1) app-misc/hello-2::gentoo',
  ),
];

function mark(kind: PhaseKind, words: readonly string[], pattern: RegExp, example: string): PhaseMark {
  return { kind, words, pattern, example };
}
