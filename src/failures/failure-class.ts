/** Why builds fail, in the order in which people look for it. A class is never renamed: records and links name it. */
export const failureClasses = [
  'network',
  'source-gone',
  'checksum',
  'signature',
  'patch-failed',
  'missing-dependency',
  'conflict',
  'configuration',
  'compiler-error',
  'compiler-crash',
  'linker-error',
  'test-failure',
  'packaging',
  'out-of-memory',
  'disk-full',
  'time-out',
  'log-limit',
  'permission',
  'crash',
  'script-error',
  'unknown',
] as const;
export type FailureClass = (typeof failureClasses)[number];

/** What people read in the place of a class, and what they can do. */
export const classTexts: Readonly<Record<FailureClass, { readonly title: string; readonly advice: string }>> =
  {
    network: {
      title: 'network',
      advice:
        'A server could not be reached. Try again; if the build itself asks for the network, put the file among the sources.',
    },
    'source-gone': {
      title: 'source gone',
      advice: 'A server answered that it does not have the file. The address in the recipe is out of date.',
    },
    checksum: {
      title: 'checksum',
      advice: 'A file is not the one that the recipe states. Find out why before you change the sum.',
    },
    signature: {
      title: 'signature',
      advice:
        'A signature does not hold, or its key is not known here. Import the key or correct `validpgpkeys`.',
    },
    'patch-failed': {
      title: 'patch failed',
      advice: 'A patch does not fit the sources any more. Rebase it, or drop it when upstream has it.',
    },
    'missing-dependency': {
      title: 'missing dependency',
      advice: 'Something that the build needs is not there. Add it to the dependencies of the recipe.',
    },
    conflict: {
      title: 'conflict',
      advice:
        'Two packages own the same file or exclude each other. Declare the conflict or take the file out.',
    },
    configuration: {
      title: 'configuration',
      advice:
        'The configure step refuses its options or what it found. The lines name the check that failed.',
    },
    'compiler-error': {
      title: 'compiler error',
      advice: 'The sources do not compile with this compiler and these headers. Look for a fix upstream.',
    },
    'compiler-crash': {
      title: 'compiler crash',
      advice: 'The compiler itself failed. Try again; if it is the same again, build with less optimisation.',
    },
    'linker-error': {
      title: 'linker error',
      advice:
        'Symbols are missing or defined twice. Often a library was rebuilt or is linked in the wrong order.',
    },
    'test-failure': {
      title: 'test failure',
      advice: 'The package was built and its own tests fail. The lines name the first of them.',
    },
    packaging: {
      title: 'packaging',
      advice:
        'The build went well and putting the package together did not. Files are not where the recipe looks.',
    },
    'out-of-memory': {
      title: 'out of memory',
      advice:
        'The build needs more memory than it may use. Raise `sandbox.memory`, or build with fewer processes.',
    },
    'disk-full': {
      title: 'disk full',
      advice: 'There was no space left. Free some on the builder, then try again.',
    },
    'time-out': {
      title: 'time-out',
      advice:
        'The build did not end within its time. Raise the limit, or look in the last lines for what it waited for.',
    },
    'log-limit': {
      title: 'log limit',
      advice:
        'The build wrote more than `sandbox.log-limit` allows, which mostly means that it went round in circles.',
    },
    permission: {
      title: 'permission',
      advice: 'The build wanted what the sandbox does not let it do, such as writing outside its folders.',
    },
    crash: {
      title: 'crash',
      advice:
        'A program was ended by a signal. Run it again under a debugger, or try again on another builder.',
    },
    'script-error': {
      title: 'script error',
      advice: 'A script of the recipe or of its sources failed. The lines name it.',
    },
    unknown: {
      title: 'unknown',
      advice: 'No rule knows the lines of this log. Read its end, and tell us of the line that says why.',
    },
  };
