import { parseShell, type SimpleCommand, walkShell } from '../formats/shell/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { DeclaredVariable } from './environment.ts';
import { assignmentOf } from './shell-text.ts';

/** Names that package managers give a value themselves (PMS 11.1), and those of the ebuild's metadata. */
const supplied = new Set(
  [
    'P PF PN CATEGORY PV PR PVR A AA FILESDIR DISTDIR WORKDIR S PORTDIR ECLASSDIR ROOT EROOT SYSROOT ESYSROOT BROOT T',
    'TMPDIR HOME EPREFIX D ED DESTTREE INSDESTTREE USE EBUILD_PHASE EBUILD_PHASE_FUNC KV MERGE_TYPE',
    'REPLACING_VERSIONS REPLACED_BY_VERSION ECLASS INHERITED DEFINED_PHASES EAPI DESCRIPTION HOMEPAGE SRC_URI LICENSE',
    'SLOT KEYWORDS IUSE REQUIRED_USE RESTRICT PROPERTIES DEPEND BDEPEND RDEPEND PDEPEND IDEPEND IUSE_EFFECTIVE',
    'IUSE_IMPLICIT QA_PREBUILT EBUILD FEATURES REPOSITORY PATH IFS SHELL PWD OLDPWD HOSTNAME UID EUID PPID RANDOM',
    'SECONDS OPTARG OPTIND REPLY LANG ARCH CHOST CBUILD CTARGET ELIBC KERNEL USERLAND f x',
  ].flatMap((line) => line.split(' ')),
);

/** Names that are the package manager's own, as their spelling says. */
const own = /^(__|BASH|PORTAGE_|SANDBOX_|USE_EXPAND|src_|default)/;

/** What a phase function needs, and nothing else of the environment (specification 4.11). */
export interface Closure {
  /** Names of functions, sorted. */
  readonly functions: readonly string[];
  /** Sorted. */
  readonly variables: readonly string[];
}

/** Where functions and variables are looked up. */
export interface ClosureSource {
  readonly functions: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, DeclaredVariable>;
}

/** The function, all functions that it mentions, and variables that these mention: never one that was exported to a build. */
export function closureOf(start: string, { functions, variables }: ClosureSource): Closure {
  const found = new Set<string>();
  const mentioned = new Set<string>();
  const waiting = [start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const body = (functions.get(name) ?? '').slice(name.length);
    for (const [word] of body.matchAll(/[^\s"'`(){};&|<>$=]+/g))
      if (functions.has(word) && !own.test(word)) waiting.push(word);
    for (const [word] of body.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)) {
      const variable = variables.get(word);
      if (!variable || variable.attributes.includes('x') || supplied.has(word) || own.test(word)) continue;
      if (variable.value !== undefined || variable.elements) mentioned.add(word);
    }
  }
  return { functions: [...found].sort(compareBytes), variables: [...mentioned].sort(compareBytes) };
}

/** A function as it stands in an ebuild; `name` when it is to have another one. */
export function functionText(raw: string, name: string, rename = name): string {
  return raw.slice(name.length).replace(/^\s*\(\)\s*\{ *\n/, () => `${rename}() {\n`);
}

/** Assignments of variables, one a line. */
export function variableLines(names: readonly string[], { variables }: ClosureSource): string[] {
  return names.flatMap((name) => {
    const variable = variables.get(name);
    return variable ? [assignmentOf(variable)] : [];
  });
}

interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What a question for a flag that the ebin lacks is replaced by; undefined when the command is none. */
function answer(command: SimpleCommand, states: ReadonlyMap<string, boolean>): Replacement | undefined {
  const [asked, flag, ...more] = command.words;
  if (!asked || 'kind' in asked || !flag || 'kind' in flag) return undefined;
  const literal = flag.literal ?? '';
  const negated = literal.startsWith('!');
  const state = states.get(negated ? literal.slice(1) : literal);
  if (state === undefined) return undefined;
  const isOn = state !== negated;
  const word = (at: number, otherwise: string): string => {
    const given = more[at];
    return given && !('kind' in given) ? given.raw : otherwise;
  };
  const texts: Readonly<Record<string, string>> = {
    use: isOn ? 'true' : 'false',
    usev: isOn ? `echo ${word(0, literal)}` : 'false',
    usex: isOn ? `echo ${word(0, 'yes')}${word(2, '')}` : `echo ${word(1, 'no')}${word(3, '')}`,
  };
  const text = texts[asked.literal ?? ''];
  const last = command.words.at(-1) ?? flag;
  return text === undefined ? undefined : { from: asked.place.offset, to: last.end, text };
}

/** The text with the answers in place of `use`, `usev` and `usex` for flags that the ebin does not have (specification 3.3). */
export function withoutFlags(text: string, states: ReadonlyMap<string, boolean>): string {
  if (states.size === 0) return text;
  const replacements: Replacement[] = [];
  walkShell(parseShell(text, 'environment.bz2'), (node) => {
    if (node.kind !== 'command' || node.node.kind !== 'simple') return;
    const found = answer(node.node, states);
    if (found) replacements.push(found);
  });
  return replacements
    .sort((a, b) => b.from - a.from)
    .reduce((now, { from, to, text: instead }) => now.slice(0, from) + instead + now.slice(to), text);
}
