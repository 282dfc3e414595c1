import { type Problem, problem } from '../../src/diagnostics/index.ts';
import type { Outcome } from '../../src/model/index.ts';

/** What builds fail by. */
export const failureClasses = [
  'network',
  'patch',
  'dependency',
  'compiler',
  'test',
  'memory',
  'time',
  'linker',
] as const;
export type FailureClass = (typeof failureClasses)[number];

const text = (lines: string): readonly string[] => lines.trim().split('\n');

/** The phase that fails, and what the programs say in it. */
const stories: Readonly<Record<FailureClass, { readonly phase: string; readonly lines: readonly string[] }>> =
  {
    network: {
      phase: 'fetch',
      lines: text(`
==> Retrieving sources...
  -> Downloading NAME-VERSION.tar.gz...
curl: (6) Could not resolve host: downloads.NAME.example
==> ERROR: Failure while downloading https://downloads.NAME.example/NAME-VERSION.tar.gz
    Aborting...`),
    },
    patch: {
      phase: 'prepare',
      lines: text(`
==> Starting prepare()...
patching file src/config.c
Hunk #1 succeeded at 41 (offset 3 lines).
patching file meson.build
Hunk #2 FAILED at 118.
1 out of 2 hunks FAILED -- saving rejects to file meson.build.rej
==> ERROR: A failure occurred in prepare().
    Aborting...`),
    },
    dependency: {
      phase: 'build',
      lines: text(`
Run-time dependency libaurora found: NO (tried pkgconfig and cmake)

../meson.build:37:10: ERROR: Dependency "libaurora" not found, tried pkgconfig and cmake

A full log can be found at /build/NAME/src/build/meson-logs/meson-log.txt
==> ERROR: A failure occurred in build().
    Aborting...`),
    },
    compiler: {
      phase: 'build',
      lines: text(`
[212/640] Compiling C object src/libNAME.so.p/window.c.o
FAILED: src/libNAME.so.p/window.c.o
cc -Isrc -I../src -fPIC -O2 -std=c11 -o src/libNAME.so.p/window.c.o -c ../src/window.c
../src/window.c: In function 'window_present':
../src/window.c:214:17: error: too few arguments to function 'surface_commit'
  214 |                 surface_commit(window->surface);
      |                 ^~~~~~~~~~~~~~
../src/surface.h:58:6: note: declared here
   58 | void surface_commit(struct surface *surface, uint32_t flags);
      |      ^~~~~~~~~~~~~~
ninja: build stopped: subcommand failed.
==> ERROR: A failure occurred in build().
    Aborting...`),
    },
    test: {
      phase: 'check',
      lines: text(`
==> Starting check()...
12/48 parser            OK              0.04s
13/48 scheduler         FAIL            1.20s   exit status 1
>>> MESON_TEST_ITERATION=1 /build/NAME/src/build/tests/scheduler
not ok 3 - wakes the oldest waiter first
# expected 2, got 3 (tests/scheduler.c:77)
14/48 socket            OK              0.31s

Summary of Failures:

13/48 scheduler         FAIL            1.20s   exit status 1

==> ERROR: A failure occurred in check().
    Aborting...`),
    },
    memory: {
      phase: 'build',
      lines: text(`
[18/22] Linking CXX executable bin/NAME
c++: fatal error: Killed signal terminated program cc1plus
compilation terminated.
==> packmill: BLD010 'NAME' reached 4.0 GiB of memory: out of memory`),
    },
    time: {
      phase: 'check',
      lines: text(`
==> Starting check()...
running 311 tests
test net::reconnect ... has been running for over 60 seconds
==> packmill: the check phase timed out`),
    },
    linker: {
      phase: 'build',
      lines: text(`
[640/640] Linking CXX shared library libNAME.so.4
/usr/bin/ld: src/render.o: in function \`Renderer::draw()':
render.cpp:(.text+0x1f4): undefined reference to \`zephyr::Canvas::flush(int)'
collect2: error: ld returned 1 exit status
make[2]: *** [CMakeFiles/NAME.dir/build.make:412: libNAME.so.4] Error 1
make[1]: *** [CMakeFiles/Makefile2:98: CMakeFiles/NAME.dir/all] Error 2
make: *** [Makefile:146: all] Error 2
==> ERROR: A failure occurred in build().
    Aborting...`),
    },
  };

const problems: Readonly<Record<FailureClass, (name: string) => Problem>> = {
  network: (name) =>
    problem('BLD016', { what: `'${name}' wants 'downloads.${name}.example' while it builds` }),
  patch: (name) => problem('BLD001', { what: `makepkg of '${name}' ended with 4` }),
  dependency: (name) => problem('BLD001', { what: `makepkg of '${name}' ended with 4` }),
  compiler: (name) => problem('BLD001', { what: `makepkg of '${name}' ended with 4` }),
  test: (name) => problem('BLD001', { what: `makepkg of '${name}' ended with 4` }),
  memory: (name) => problem('BLD010', { what: `'${name}' reached 4.0 GiB of memory` }),
  time: (name) => problem('BLD001', { what: `makepkg of '${name}' ended with 4` }),
  linker: (name) => problem('BLD001', { what: `makepkg of '${name}' ended with 4` }),
};

export const timeLimitMs = 2 * 60 * 60 * 1000;

/** How an attempt ends that fails by something. */
export function outcomeOfFailure(how: FailureClass, name: string): Outcome {
  if (how === 'time') return { kind: 'timed-out', limitMs: timeLimitMs };
  return { kind: 'failed', problem: problems[how](name) };
}

/** Phase in which it shows, and the lines that show it. */
export function storyOf(
  how: FailureClass,
  { name, version }: { readonly name: string; readonly version: string },
): { readonly phase: string; readonly lines: readonly string[] } {
  const { phase, lines } = stories[how];
  const pkgver = version.replace(/-[^-]*$/, '');
  return { phase, lines: lines.map((line) => line.replaceAll('NAME', name).replaceAll('VERSION', pkgver)) };
}
