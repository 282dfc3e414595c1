import { fault, type Place } from '../../diagnostics/index.ts';
import { type Eapi, eapiRules } from './eapi.ts';
import { isCategoryName, isPackageName, isRepositoryName, isSlotName } from './names.ts';
import { parseNamedVersion } from './package-id.ts';
import { formatUseDependency, parseUseDependency, type UseDependency } from './use-dependency.ts';
import { formatVersion, type Version } from './version.ts';

/** `=*` is `=` with an asterisk behind the version: everything that begins with it. */
export type AtomOperator = '<' | '<=' | '=' | '=*' | '~' | '>=' | '>';

/** One package dependency specification (PMS 8.3). */
export interface Atom {
  /** `!` weak, `!!` strong. */
  readonly blocker?: '!' | '!!';
  /** Present exactly when `version` is. */
  readonly operator?: AtomOperator;
  readonly category: string;
  readonly name: string;
  readonly version?: Version;
  readonly slot?: string;
  readonly subslot?: string;
  /** `=`: to be built again when slot or sub-slot of what it was built with changes; `*`: any slot will do. */
  readonly slotOperator?: '=' | '*';
  /** `::repository`, which people may write and ebuilds may not. */
  readonly repository?: string;
  readonly use: readonly UseDependency[];
}

export interface AtomOptions {
  /** Whose rules hold; without it the newest. */
  readonly eapi?: Eapi | undefined;
  /** Whether `::repository` is allowed; it is unless this is false. */
  readonly repositories?: boolean | undefined;
}

interface Flaw {
  readonly code: 'PMS020' | 'PMS021';
  readonly why: string;
}

const shape =
  /^(!{0,2})(<=|>=|[<=>~]?)([^\s:[\]!<>=~*]+)(\*?)(?::(?!:)([^\s:[\]]*))?(?:::([^\s:[\]]*))?(?:\[([^\][]*)\])?$/;

const wrong = (why: string): Flaw => ({ code: 'PMS020', why });
const tooOld = (what: string): Flaw => ({ code: 'PMS021', why: `The EAPI has no ${what}.` });

type SlotPart = Pick<Atom, 'slot' | 'subslot' | 'slotOperator'>;

/** The part behind the colon (PMS 8.3.3). */
function readSlot(text: string | undefined, eapi: Eapi | undefined): SlotPart | Flaw {
  if (text === undefined) return {};
  const rules = eapiRules(eapi);
  if (!rules.slotDependencies) return tooOld("':slot'");
  if (/[=*/]/.test(text) && !rules.slotOperators) return tooOld('sub-slots and slot operators');
  if (text === '=' || text === '*') return { slotOperator: text };
  const isBound = text.endsWith('=');
  const [slot = '', subslot, ...more] = (isBound ? text.slice(0, -1) : text).split('/');
  if (!isSlotName(slot) || (subslot !== undefined && !isSlotName(subslot)) || more.length > 0)
    return wrong(`'${text}' is no slot.`);
  return {
    slot,
    ...(subslot === undefined ? {} : { subslot }),
    ...(isBound ? { slotOperator: '=' as const } : {}),
  };
}

/** The part in brackets (PMS 8.3.4). */
function readUse(text: string | undefined, eapi: Eapi | undefined): readonly UseDependency[] | Flaw {
  if (text === undefined) return [];
  const rules = eapiRules(eapi);
  if (!rules.useDependencies) return tooOld("'[flag]'");
  const use: UseDependency[] = [];
  for (const part of text.split(',')) {
    const read = parseUseDependency(part);
    if (!read) return wrong(`'${part}' in the brackets is no USE dependency.`);
    if (read.default && !rules.useDependencyDefaults) return tooOld("'(+)' and '(-)'");
    use.push(read);
  }
  return use;
}

type PackagePart = Pick<Atom, 'operator' | 'category' | 'name' | 'version'>;

function readPackage(text: string, operator: string, star: string): PackagePart | Flaw {
  const slash = text.indexOf('/');
  const category = text.slice(0, Math.max(slash, 0));
  if (!isCategoryName(category)) return wrong("It lacks a category: 'category/name'.");
  const rest = text.slice(slash + 1);
  const named = parseNamedVersion(rest);
  if (operator === '') {
    if (star) return wrong("An asterisk needs '=' in front of the package.");
    if (named) return wrong("A version needs an operator in front of the package, such as '>='.");
    return isPackageName(rest) ? { category, name: rest } : wrong(`'${rest}' is no name of a package.`);
  }
  if (!named)
    return wrong(
      isPackageName(rest)
        ? `Behind '${operator}' a version is missing.`
        : `'${rest}' is no name with a version.`,
    );
  if (star && operator !== '=') return wrong("An asterisk goes with '=' only.");
  return { operator: star ? '=*' : (operator as AtomOperator), category, ...named };
}

const isFlaw = (part: object): part is Flaw => 'why' in part;

function read(text: string, { eapi, repositories = true }: AtomOptions): Atom | Flaw {
  const match = shape.exec(text);
  if (!match) return wrong("It is not '[!][operator]category/name[-version][:slot][::repository][[flags]]'.");
  const [, blocker = '', operator = '', body = '', star = '', slotText, repository, useText] = match;
  if (blocker === '!!' && !eapiRules(eapi).strongBlockers) return tooOld("strong blockers, '!!'");
  const part = readPackage(body, operator, star);
  if (isFlaw(part)) return part;
  const slot = readSlot(slotText, eapi);
  if (isFlaw(slot)) return slot;
  if (repository !== undefined && !repositories)
    return { code: 'PMS021', why: "Ebuilds must not say '::repository'." };
  if (repository !== undefined && !isRepositoryName(repository))
    return wrong(`'${repository}' is no name of a repository.`);
  const use = readUse(useText, eapi);
  if (isFlaw(use)) return use;
  return {
    ...(blocker ? { blocker: blocker as '!' | '!!' } : {}),
    ...part,
    ...slot,
    ...(repository === undefined ? {} : { repository }),
    use,
  };
}

/** Reads an atom; undefined when the text is none under these rules. Never throws. */
export function parseAtom(text: string, options: AtomOptions = {}): Atom | undefined {
  const atom = read(text, options);
  return isFlaw(atom) ? undefined : atom;
}

/** The atom; throws PMS020 with what is wrong, or PMS021 when its EAPI does not allow it. */
export function requireAtom(text: string, options: AtomOptions & { readonly place?: Place } = {}): Atom {
  const atom = read(text, options);
  if (!isFlaw(atom)) return atom;
  const what =
    atom.code === 'PMS020'
      ? `'${text}' is not a package dependency`
      : `'${text}' is not allowed${options.eapi === undefined ? '' : ` in EAPI ${options.eapi}`}`;
  throw fault(atom.code, { what, why: atom.why, place: options.place });
}

/** The atom as text, in the one order of its parts that PMS knows. */
export function formatAtom(atom: Atom): string {
  const {
    blocker = '',
    operator = '',
    category,
    name,
    version,
    slot,
    subslot,
    slotOperator,
    repository,
  } = atom;
  const isGlob = operator === '=*';
  const slots = [slot ?? '', subslot === undefined ? '' : `/${subslot}`, slotOperator ?? ''].join('');
  return [
    blocker,
    isGlob ? '=' : operator,
    `${category}/${name}`,
    version ? `-${formatVersion(version)}` : '',
    isGlob ? '*' : '',
    slots === '' ? '' : `:${slots}`,
    repository === undefined ? '' : `::${repository}`,
    atom.use.length === 0 ? '' : `[${atom.use.map(formatUseDependency).join(',')}]`,
  ].join('');
}
