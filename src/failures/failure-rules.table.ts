import type { FailureRule } from './failure-rule.ts';

/** The rules in their order: the first that matches a line decides what the line says. */
export const failureRules: readonly FailureRule[] = [
  {
    id: 'disk-no-space',
    class: 'disk-full',
    weight: 'end',
    words: ['no space left', 'quota exceeded', 'enospc'],
    pattern: /no space left on device|disk quota exceeded|\bENOSPC\b/i,
    example: 'fatal error: error writing to /tmp/ccX1.s: No space left on device',
  },
  {
    id: 'memory-limit-of-the-farm',
    class: 'out-of-memory',
    weight: 'end',
    words: ['==> packmill: '],
    pattern: /^==> packmill: (?:BLD010 .*|.*\bout of memory\b)/,
    example: "==> packmill: BLD010 'hello' reached 4.0 GiB of memory",
  },
  {
    id: 'memory-compiler-killed',
    class: 'out-of-memory',
    weight: 'end',
    words: ['killed'],
    pattern:
      /fatal error: killed signal terminated program|\(signal: 9, SIGKILL: kill\)|ld terminated with signal 9/i,
    example: 'c++: fatal error: Killed signal terminated program cc1plus',
  },
  {
    id: 'memory-exhausted',
    class: 'out-of-memory',
    weight: 'end',
    words: ['memory', 'bad_alloc'],
    pattern:
      /virtual memory exhausted|\bout of memory\b|cannot allocate memory|JavaScript heap out of memory|java\.lang\.OutOfMemoryError|std::bad_alloc|memory allocation of \d+ bytes failed|^MemoryError\b/i,
    example: 'cc1plus: virtual memory exhausted: Cannot allocate memory',
  },
  {
    id: 'time-limit-of-the-farm',
    class: 'time-out',
    weight: 'end',
    words: ['==> packmill: '],
    pattern: /^==> packmill: .*\btimed[ -]out\b/,
    example: '==> packmill: timed-out after 2 h',
  },
  {
    id: 'log-limit-of-the-farm',
    class: 'log-limit',
    weight: 'end',
    words: ['==> packmill: '],
    pattern: /^==> packmill: (?:BLD011 |the log has reached its limit)/,
    example: '==> packmill: the log has reached its limit of 67108864 bytes; further output is dropped',
  },
  {
    id: 'signature-unverified',
    class: 'signature',
    weight: 'cause',
    words: ['signature', 'pgp key', 'public key'],
    pattern:
      /FAILED \((?:unknown|invalid) public key|PGP signatures could not be verified|^gpg: BAD signature|Can't check signature: No public key|signature from .* is (?:unknown trust|invalid|marginal trust)|invalid or corrupted package \(PGP signature\)|public key .* could not be (?:looked up|found)/i,
    example: '    hello-2.12.tar.gz ... FAILED (unknown public key D7E69871)',
  },
  {
    id: 'checksum-makepkg',
    class: 'checksum',
    weight: 'cause',
    words: ['validity check', '... failed'],
    pattern: /did not pass the validity check|^ {4}\S.* \.\.\. FAILED$/,
    example: '    hello-2.12.tar.gz ... FAILED',
  },
  {
    id: 'checksum-of-others',
    class: 'checksum',
    weight: 'cause',
    words: ['checksum', 'digest', 'verify failed', 'eintegrity', 'filesize does not match', 'hash mismatch'],
    pattern:
      /checksums? (?:did NOT match|mismatch|verification failed|failed)|computed checksums? did NOT match|failed checksum verification|VERIFY FAILED|\bEINTEGRITY\b|filesize does not match recorded|hash mismatch|digest mismatch|the listed checksum of/i,
    example: 'sha256sum: WARNING: 1 computed checksum did NOT match',
  },
  {
    id: 'source-answer-404',
    class: 'source-gone',
    weight: 'cause',
    words: ['404', '410', '403'],
    pattern:
      /requested URL returned error: 4(?:03|04|10)|^ERROR 4(?:03|04|10): |HTTP Error 4(?:03|04|10)\b|\b404 Not Found\b|npm (?:ERR!|error) (?:code E)?404|returned 404\b/i,
    example: 'curl: (22) The requested URL returned error: 404',
  },
  {
    id: 'network-name',
    class: 'network',
    weight: 'cause',
    words: [
      'resolve',
      'name resolution',
      'enotfound',
      'eai_again',
      'no such host',
      'name or service not known',
    ],
    pattern:
      /could not resolve (?:host|proxy)|couldn't resolve host|temporary failure in name resolution|name or service not known|unable to resolve host|failed to resolve '|\bENOTFOUND\b|\bEAI_AGAIN\b|no such host$/i,
    example: 'curl: (6) Could not resolve host: ftp.example.org',
  },
  {
    id: 'network-connection',
    class: 'network',
    weight: 'cause',
    words: [
      'connect',
      'timed out',
      'unreachable',
      'tls',
      'ssl',
      'econn',
      'etimedout',
      'early eof',
      'hung up',
      'operation too slow',
    ],
    pattern:
      /^curl: \((?:5|7|16|18|28|35|52|55|56|92)\) |connection (?:timed out|refused|reset by peer)|failed to connect to|could not connect to|network is unreachable|TLS handshake|SSL connect error|gnutls_handshake|\bECONN(?:REFUSED|RESET)\b|\bETIMEDOUT\b|fatal: (?:early EOF|the remote end hung up)|Read timed out|operation too slow|dial tcp .*i\/o timeout/i,
    example: 'fatal: unable to access: Failed to connect to example.org port 443: Connection refused',
  },
  {
    id: 'network-download',
    class: 'network',
    weight: 'cause',
    words: ['download', 'unable to access', 'failed retrieving'],
    pattern:
      /Failure while downloading|error: failed retrieving file|couldn't download |fatal: unable to access '|failed to download (?:from|`)|Could not download /i,
    example: '==> ERROR: Failure while downloading https://example.org/hello-2.12.tar.gz',
  },
  {
    id: 'patch-hunk',
    class: 'patch-failed',
    weight: 'cause',
    words: ['hunk', 'patch', 'malformed'],
    pattern:
      /Hunk #\d+ FAILED|^error: patch failed: |patch does not apply|Reversed \(or previously applied\) patch detected|can't find file to patch|\d+ out of \d+ hunks? (?:FAILED|ignored)|malformed patch at line|Failed patch: /i,
    example: 'Hunk #2 FAILED at 118.',
  },
  {
    id: 'dependency-makepkg',
    class: 'missing-dependency',
    weight: 'cause',
    words: ['dependenc', 'target not found', 'unable to satisfy', 'satisf'],
    pattern:
      /^==> ERROR: (?:Could not resolve all dependencies|Missing dependencies)|'pacman' failed to install missing dependencies|^error: target not found: |unable to satisfy dependency|no ebuilds to satisfy|unmet dependencies|no ebuilds built to satisfy|unsatisfied dependenc/i,
    example: 'error: target not found: libfoo>=2',
  },
  {
    id: 'dependency-configure',
    class: 'missing-dependency',
    weight: 'cause',
    words: [
      'package requirements',
      'no package',
      'could not find',
      'could not be found',
      'dependency',
      'not found',
      'pkg-config',
    ],
    pattern:
      /Package requirements \(.*\) were not met|^No package '[^']+' found|Package '[^']+', required by|Could NOT find \S+ ?\(missing|Could NOT find \S+|Could not find a package configuration file provided by|\bERROR: (?:Dependency|Program) .* not found|The pkg-config script could not be found|configure: error: .*\b(?:is required|not found|missing|could not be found)\b|Could not find (?:a version that satisfies|toolchain)/,
    example: 'configure: error: Package requirements (libfoo >= 2) were not met:',
  },
  {
    id: 'dependency-header',
    class: 'missing-dependency',
    weight: 'cause',
    words: ['no such file', 'file not found'],
    pattern:
      /fatal error: '?[\w./+-]+\.(?:h|hh|hpp|hxx|inc)'?(?:: No such file or directory| file not found)/,
    example: 'src/a.c:3:10: fatal error: zlib.h: No such file or directory',
  },
  {
    id: 'dependency-library',
    class: 'missing-dependency',
    weight: 'cause',
    words: ['cannot find -l', 'unable to find library', 'library not found', 'cannot open shared object'],
    pattern:
      /\bld(?:\.\w+)?: cannot find -l|unable to find library -l|library not found for -l|cannot open shared object file/,
    example: '/usr/bin/ld: cannot find -lfoo: No such file or directory',
  },
  {
    id: 'dependency-module',
    class: 'missing-dependency',
    weight: 'cause',
    words: ['module', 'cannot find package', 'in @inc', 'unresolved import', 'no required module'],
    pattern:
      /^(?:ModuleNotFoundError|ImportError): |No module named|Cannot find module '|cannot find package "|Can't locate \S+ in @INC|no required module provides|error\[E0432\]: unresolved import|^\S*: error: module '\S+' not found/,
    example: "ModuleNotFoundError: No module named 'setuptools'",
  },
  {
    id: 'dependency-program',
    class: 'missing-dependency',
    weight: 'cause',
    words: ['command not found', 'not found', 'no such file'],
    pattern:
      /: (?:line )?\d+: (?:exec: )?[\w.+/-]+: (?:command )?not found$|^(?:g?make|env)(?:\[\d+\])?: \S+: No such file or directory$/,
    example: '/build/hello/PKGBUILD: line 14: meson: command not found',
  },
  {
    id: 'conflict-files',
    class: 'conflict',
    weight: 'cause',
    words: ['conflict', 'exists in filesystem', 'blocking'],
    pattern:
      /conflicting files|exists in filesystem|unresolvable package conflicts|are in conflict\b|detected file collision|soft blocking|hard blocking|Detected file collision/i,
    example: 'error: failed to commit transaction (conflicting files)',
  },
  {
    id: 'compiler-internal',
    class: 'compiler-crash',
    weight: 'cause',
    words: [
      'internal compiler error',
      'stack dump',
      'compiler unexpectedly panicked',
      'frontend command failed',
    ],
    pattern:
      /internal compiler error|PLEASE submit a bug report|the compiler unexpectedly panicked|frontend command failed/i,
    example: 'a.cc:10:1: internal compiler error: in expand_expr, at expr.c:1',
  },
  {
    id: 'linker-symbols',
    class: 'linker-error',
    weight: 'cause',
    words: [
      'undefined reference',
      'undefined symbol',
      'multiple definition',
      'duplicate symbol',
      'relocation',
      'dso missing',
    ],
    pattern:
      /undefined reference to|\bld(?:\.lld|\.\w+)?: error: (?:undefined|duplicate) symbol|multiple definition of|relocation \S+ against .* can not be used|DSO missing from command line/,
    example: "main.c:(.text+0x1d): undefined reference to `foo_init'",
  },
  {
    id: 'test-named',
    class: 'test-failure',
    weight: 'cause',
    words: ['not ok', 'fail', 'assertion'],
    pattern:
      /^\s*not ok \d+\b(?!.*# (?:todo|skip))|^\s*FAIL:? \S|^FAILED:? \S+::\S+|^--- FAIL: |^test \S+ \.\.\. FAILED$|\*\*\*Failed\b|\[ {2}FAILED {2}\]|^\s*\d+\/\d+ .*\bFAIL\b|^(?:FAIL|ERROR): test\w* \(/i,
    example: 'not ok 2 - adds two numbers',
  },
  {
    id: 'test-summary',
    class: 'test-failure',
    weight: 'hint',
    words: ['fail', 'tests'],
    pattern:
      /^The following tests FAILED:|^FAILED \((?:failures|errors)=|^# FAIL: +[1-9]|^=+ .*\b\d+ failed\b|^test result: FAILED|\b[1-9]\d* tests? failed\b|^Fail: +[1-9]|tests failed out of \d/i,
    example: 'test result: FAILED. 12 passed; 1 failed; 0 ignored',
  },
  {
    id: 'compiler-message',
    class: 'compiler-error',
    weight: 'cause',
    words: ['error'],
    pattern:
      /^[^\s:][^:\n]*:\d+(?::\d+)?:? (?:fatal )?error\b:?|^[^\s(]+\(\d+,\d+\): error\b|^error(?:\[E\d+\]): |\berror TS\d+:|^\S+:\d+:\d+: Error: |^.*\.[fF]\d*:\d+:\d+:\s*Error|^error: cannot find derive macro|^ {2}SyntaxError: /i,
    example: "src/a.c:3:5: error: unknown type name 'foo'",
  },
  {
    id: 'compiler-go',
    class: 'compiler-error',
    weight: 'cause',
    words: ['.go:', '.hs:', '.vala:'],
    pattern: /^(?:\.\/|\.\.\/)?[\w./-]+\.go:\d+:\d+: (?!warning)|\.(?:hs|vala):\d+[.:][\d-]+[.:\d-]*:? error/,
    example: './main.go:14:2: undefined: foo',
  },
  {
    id: 'configuration-autoconf',
    class: 'configuration',
    weight: 'cause',
    words: ['configure: error', 'cmake error', 'meson', 'error: unknown option'],
    pattern:
      /^configure: error: |^CMake Error\b|^(?:\S*\/)?meson(?:\.build|_options\.txt|\.options):\d+:\d+: ERROR: |^ERROR: Unknown options?: /i,
    example: 'CMake Error at CMakeLists.txt:3 (find_package):',
  },
  {
    id: 'crash-signal',
    class: 'crash',
    weight: 'cause',
    words: [
      'segmentation fault',
      'core dumped',
      'illegal instruction',
      'bus error',
      'sigsegv',
      'sigabrt',
      'sigill',
      'stack smashing',
    ],
    pattern:
      /segmentation fault|\(core dumped\)|illegal instruction|\bbus error\b|\bSIG(?:SEGV|ABRT|ILL|BUS)\b|stack smashing detected/i,
    example: 'make: *** [Makefile:7: docs] Segmentation fault (core dumped)',
  },
  {
    id: 'crash-of-the-farm',
    class: 'crash',
    weight: 'cause',
    words: ['==> packmill: '],
    pattern: /^==> packmill: BLD012 /,
    example: "==> packmill: BLD012 'hello' was ended by SIGKILL in the build phase",
  },
  {
    id: 'permission-sandbox',
    class: 'permission',
    weight: 'cause',
    words: [
      'read-only file system',
      'permission denied',
      'operation not permitted',
      'access denied',
      'access violation',
    ],
    pattern:
      /read-only file system|permission denied|operation not permitted|ACCESS DENIED|SANDBOX ACCESS VIOLATION/i,
    example: "install: cannot create regular file '/usr/bin/x': Permission denied",
  },
  {
    id: 'packaging-files',
    class: 'packaging',
    weight: 'cause',
    words: [
      'cannot stat',
      'did not match any files',
      'cannot access',
      'cannot create',
      'missing pkg',
      'file not found:',
    ],
    pattern:
      /^(?:install|cp|mv|ln|rm|strip|chmod): (?:cannot|failed)|did not match any files|^install: (?:missing|omitting)|^error: file not found: /i,
    example: "install: cannot stat 'build/hello': No such file or directory",
  },
  {
    id: 'script-traceback',
    class: 'script-error',
    weight: 'cause',
    words: [
      'traceback',
      'panic: ',
      'panicked at',
      'syntax error',
      'uncaught',
      'fatal:',
      'npm err',
      'npm error',
    ],
    pattern:
      /^Traceback \(most recent call last\):|^panic: |^thread '.*' panicked at|: syntax error\b|^Uncaught \w*Error|^fatal: |^npm (?:ERR!|error) (?:code|Error)/i,
    example: 'Traceback (most recent call last):',
  },
  {
    id: 'script-message',
    class: 'script-error',
    weight: 'hint',
    words: ['error', 'no such file', 'not found'],
    pattern:
      /^(?!==> ERROR: )(?:.*[^\w-])?(?:fatal )?error:\s|: (?:command not found|No such file or directory)$|: not found$/i,
    example: 'tool: error: unknown option --frob',
  },
  {
    id: 'makepkg-check',
    class: 'test-failure',
    weight: 'hint',
    words: ['failure occurred in check', '(test phase)'],
    pattern: /^==> ERROR: A failure occurred in check\(\)|ERROR: \S+ failed \(test phase\)/,
    example: '==> ERROR: A failure occurred in check().',
  },
  {
    id: 'makepkg-package',
    class: 'packaging',
    weight: 'hint',
    words: ['failure occurred in package', '(install phase)'],
    pattern: /^==> ERROR: A failure occurred in package(?:_\S+)?\(\)|ERROR: \S+ failed \(install phase\)/,
    example: '==> ERROR: A failure occurred in package().',
  },
];

/** Lines that have the look of an error and are none. */
export const harmlessLines: readonly RegExp[] = [
  /^checking /,
  /\b(?:0|no) (?:errors?|failures?)\b/i,
  /^-- /,
  /^\s*(?:note|warning):/i,
  /(?:^|[\s:])warning: /,
  /^(?:patching file|Hunk #\d+ succeeded)/,
  /\bif\b.*\bthen\b/,
];

/** Programs that only pass on that something below them failed: what ended the build stands near. */
export const messengers: readonly { readonly words: readonly string[]; readonly pattern: RegExp }[] = [
  { words: ['make'], pattern: /^(?:g|b)?make(?:\[\d+\])?: \*\*\* / },
  { words: ['ninja'], pattern: /^ninja: build stopped/ },
  { words: ['failed: '], pattern: /^FAILED: / },
  { words: ['could not compile', 'build failed'], pattern: /^error: (?:could not compile|build failed)/ },
  { words: ['==> error: '], pattern: /^==> ERROR: / },
  { words: [' failed ('], pattern: /^(?: \* )?ERROR: \S+::\S+ failed \(\w+ phase\)/ },
];
