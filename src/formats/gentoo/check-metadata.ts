import { type Place, type Problem, problem } from '../../diagnostics/index.ts';
import { leaves } from './algebra.ts';
import type { Atom } from './atom.ts';
import type { CacheEntry } from './cache-entry.ts';
import {
  checkFlags,
  mentionedFlags,
  ownFlagsOfAtom,
  parseDependencies,
  parseLicense,
  parseRestrict,
  parseSourceUri,
  type SourceUri,
} from './dependencies.ts';
import { eapiRules, knownEapi } from './eapi.ts';
import type { Group, ReadExpression } from './expression.ts';
import { bareFlag, isKeyword, isSlotName, isUseFlagName } from './names.ts';
import { parseRequiredUse } from './required-use.ts';

/** What the metadata of one ebuild is held against. */
export interface MetadataRules {
  /** Whether a flag belongs to every package by the profile: `amd64`, `elibc_musl`. */
  readonly isImplicitFlag: (flag: string) => boolean;
  /** Whether there is a licence of that name; without it they are not looked at. */
  readonly hasLicense?: ((name: string) => boolean) | undefined;
}

/** What a check of metadata found out on its way. */
export interface CheckedMetadata {
  readonly problems: readonly Problem[];
  /** All files of SRC_URI, whatever their conditions; undefined when it cannot be read. */
  readonly sources: readonly SourceUri[] | undefined;
}

const dependencyVariables = ['DEPEND', 'RDEPEND', 'PDEPEND', 'BDEPEND', 'IDEPEND'];

class MetadataCheck {
  readonly problems: Problem[] = [];
  readonly #entry: CacheEntry;
  readonly #rules: MetadataRules;
  readonly #file: string;
  readonly #iuse: ReadonlySet<string>;

  constructor(entry: CacheEntry, rules: MetadataRules, file: string) {
    this.#entry = entry;
    this.#rules = rules;
    this.#file = file;
    this.#iuse = new Set(this.#words('IUSE').map(bareFlag));
  }

  value(name: string): string {
    return this.#entry.variables[name] ?? '';
  }

  #words(name: string): string[] {
    return this.value(name)
      .split(/\s+/)
      .filter((word) => word !== '');
  }

  wrong(what: string, why?: string): void {
    this.problems.push(problem('PMS054', { what, why, place: { file: this.#file } }));
  }

  /** Reads one variable and looks for flags that are not in IUSE; places count within the variable's value. */
  expression<T>(
    name: string,
    read: (text: string, place: Place) => ReadExpression<T>,
    ofLeaf: (value: T) => readonly string[] = () => [],
  ): Group<T> | undefined {
    const text = this.value(name);
    const place = { file: this.#file };
    const { expression, problems } = read(text, place);
    const flags = expression ? mentionedFlags(expression, ofLeaf) : [];
    const unknown = flags.filter(({ flag }) => !this.#rules.isImplicitFlag(flag));
    for (const one of [...problems, ...checkFlags(unknown, this.#iuse, { text, place })]) {
      const column = one.place?.column === undefined ? '' : `, character ${one.place.column}`;
      this.problems.push({ ...one, place, what: `${name}${column}: ${one.what}` });
    }
    return expression;
  }

  plainValues(): void {
    if (this.value('DESCRIPTION') === '') this.wrong('DESCRIPTION is empty');
    const [slot = '', subslot, ...more] = this.value('SLOT').split('/');
    if (!isSlotName(slot) || (subslot !== undefined && !isSlotName(subslot)) || more.length > 0)
      this.wrong(`SLOT '${this.value('SLOT')}' is no slot`);
    for (const word of this.#words('KEYWORDS')) if (!isKeyword(word)) this.wrong(`'${word}' is no keyword`);
    for (const flag of this.#iuse) if (!isUseFlagName(flag)) this.wrong(`'${flag}' in IUSE is no USE flag`);
  }

  licenses(): void {
    const { hasLicense } = this.#rules;
    const expression = this.expression('LICENSE', (text, place) => parseLicense(text, { place }));
    if (!hasLicense || !expression) return;
    for (const name of new Set(leaves(expression))) {
      if (!hasLicense(name)) this.wrong(`licence '${name}' is in no 'licenses' folder`);
    }
  }
}

/** Holds the variables of one ebuild against PMS chapters 7 and 8: PMS020 to PMS034 and PMS054, each naming the variable. */
export function checkMetadata(entry: CacheEntry, rules: MetadataRules, file: string): CheckedMetadata {
  const check = new MetadataCheck(entry, rules, file);
  const stated = check.value('EAPI') === '' ? '0' : check.value('EAPI');
  const eapi = knownEapi(stated);
  if (!eapi) check.wrong(`EAPI '${stated}' is not known`);
  check.plainValues();
  check.licenses();
  const allowed = ['DEPEND', 'RDEPEND', 'PDEPEND', ...eapiRules(eapi).dependencyVariables];
  for (const name of dependencyVariables) {
    if (check.value(name) !== '' && !allowed.includes(name)) check.wrong(`EAPI ${stated} has no ${name}`);
    check.expression<Atom>(name, (text, place) => parseDependencies(text, { place, eapi }), ownFlagsOfAtom);
  }
  for (const name of ['RESTRICT', 'PROPERTIES'])
    check.expression(name, (text, place) => parseRestrict(text, { place }));
  check.expression(
    'REQUIRED_USE',
    (text, place) => parseRequiredUse(text, { place, eapi }),
    ({ flag }) => [flag],
  );
  const sources = check.expression('SRC_URI', (text, place) => parseSourceUri(text, { place, eapi }));
  return { problems: check.problems, sources: sources && leaves(sources) };
}
