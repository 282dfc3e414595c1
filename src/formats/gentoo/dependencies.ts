import { type Place, type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import { conditionedLeaves, conditionsOf, printExpression } from './algebra.ts';
import { type Atom, formatAtom, requireAtom } from './atom.ts';
import { type Eapi, eapiRules } from './eapi.ts';
import { type Dialect, type Group, placeInText, type ReadExpression, readExpression } from './expression.ts';
import { isDistfileName, isLicenseName } from './names.ts';

export interface ExpressionOptions {
  /** Where the text begins. */
  readonly place: Place;
  /** Whose rules hold; without it the newest. */
  readonly eapi?: Eapi | undefined;
}

/** DEPEND, RDEPEND, BDEPEND, PDEPEND and IDEPEND (PMS 8.2, 8.3): PMS020, PMS021, PMS030 and PMS031, each with its place. */
export function parseDependencies(text: string, { place, eapi }: ExpressionOptions): ReadExpression<Atom> {
  const dialect: Dialect<Atom> = {
    groups: ['||'],
    readLeaf(token, _, report) {
      try {
        return requireAtom(token.text, { eapi, repositories: false });
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        const { code, what, why } = error.problem;
        report(code as 'PMS020', token.at, { what, why });
        return undefined;
      }
    },
  };
  return readExpression(text, dialect, place);
}

/** The opposite of `parseDependencies`, on one line. */
export function printDependencies(expression: Group<Atom>): string {
  return printExpression(expression, formatAtom);
}

/** One file that SRC_URI names (PMS 7.3.2 and 8.2.9). */
export interface SourceUri {
  /** As written, without `fetch+` and `mirror+`: an address, or a bare file name that people fetch by hand. */
  readonly uri: string;
  /** Under what name it lies among the distfiles. */
  readonly fileName: string;
  /** Whether the name is given with `->`. */
  readonly isRenamed: boolean;
  /** `fetch+` or `mirror+`: what RESTRICT does not restrict of it. */
  readonly unrestricted?: 'fetch' | 'mirror';
}

/** SRC_URI (PMS 8.2): PMS030, PMS031, and PMS034 for what is no file to fetch. */
export function parseSourceUri(text: string, { place, eapi }: ExpressionOptions): ReadExpression<SourceUri> {
  const rules = eapiRules(eapi);
  const dialect: Dialect<SourceUri> = {
    groups: [],
    readLeaf(token, words, report) {
      const wrong = (what: string, why?: string): undefined =>
        report('PMS034', token.at, { what, why }) as undefined;
      const [, prefix, uri = ''] = /^(?:(fetch|mirror)\+)?(.*)$/s.exec(token.text) ?? [];
      if (prefix && !rules.selectiveRestriction)
        return wrong(`'${prefix}+' is not allowed in EAPI ${eapi}`, 'EAPI 8 brought it.');
      if (token.text === '->') return wrong("'->' has no address in front of it");
      const isRenamed = words.peek()?.text === '->';
      if (isRenamed) words.take();
      const given = isRenamed ? words.take()?.text : uri.slice(uri.lastIndexOf('/') + 1);
      if (isRenamed && !rules.sourceArrows)
        return wrong(`'->' is not allowed in EAPI ${eapi}`, 'EAPI 2 brought it.');
      if (given === undefined || ['(', ')', '||'].includes(given))
        return wrong(`a name is missing behind '${token.text} ->'`);
      if (!isDistfileName(given))
        return wrong(`'${given}' is not the name of a distfile`, 'It is a bare name, without a folder.');
      return {
        uri,
        fileName: given,
        isRenamed,
        ...(prefix ? { unrestricted: prefix as 'fetch' | 'mirror' } : {}),
      };
    },
  };
  return readExpression(text, dialect, place);
}

/** The opposite of `parseSourceUri`, on one line. */
export function printSourceUri(expression: Group<SourceUri>): string {
  return printExpression(expression, ({ uri, fileName, isRenamed, unrestricted }) =>
    [unrestricted ? `${unrestricted}+` : '', uri, isRenamed ? ` -> ${fileName}` : ''].join(''),
  );
}

const word = (isRight: (text: string) => boolean, groups: Dialect<string>['groups']): Dialect<string> => ({
  groups,
  readLeaf({ text, at }, _, report) {
    if (isRight(text)) return text;
    report('PMS030', at, { what: `'${text}' is not a name that can stand here` });
    return undefined;
  },
});

/** LICENSE: names of licences, with `||` (PMS 7.3.2): PMS030 and PMS031. */
export function parseLicense(text: string, { place }: ExpressionOptions): ReadExpression<string> {
  return readExpression(text, word(isLicenseName, ['||']), place);
}

/** RESTRICT and PROPERTIES: words, without alternatives (PMS 7.3.5, 7.3.6): PMS030 and PMS031. */
export function parseRestrict(text: string, { place }: ExpressionOptions): ReadExpression<string> {
  return readExpression(text, word(isLicenseName, []), place);
}

/** The opposite of `parseLicense` and `parseRestrict`, on one line. */
export function printWords(expression: Group<string>): string {
  return printExpression(expression, (text) => text);
}

/** A flag that something mentions, and where. */
export interface MentionedFlag {
  readonly flag: string;
  readonly at: number;
}

/** The package's own flags that an expression asks for: in conditions, and of dependencies in `[flag?]` and its like. */
export function mentionedFlags<T>(
  expression: Group<T>,
  ofLeaf: (value: T) => readonly string[] = () => [],
): MentionedFlag[] {
  const ofLeaves = conditionedLeaves(expression).flatMap(({ value, at }) =>
    ofLeaf(value).map((flag) => ({ flag, at })),
  );
  return [...conditionsOf(expression).map(({ flag, at }) => ({ flag, at })), ...ofLeaves];
}

/** Flags of the dependent that an atom asks for: those of `[f?]`, `[!f?]`, `[f=]` and `[!f=]`. */
export function ownFlagsOfAtom({ use }: Atom): string[] {
  return use.filter(({ kind }) => kind !== 'enabled' && kind !== 'disabled').map(({ flag }) => flag);
}

/** PMS032 for every flag that the ebuild does not list in IUSE, once each, at its first place, with the nearest of its flags. */
export function checkFlags(
  mentioned: readonly MentionedFlag[],
  iuse: ReadonlySet<string>,
  source: { readonly text: string; readonly place: Place },
): Problem[] {
  const unknown = new Map<string, number>();
  for (const { flag, at } of mentioned)
    if (!iuse.has(flag)) unknown.set(flag, Math.min(at, unknown.get(flag) ?? at));
  return [...unknown].map(([flag, at]) => {
    const near = nearestWords(flag, iuse);
    return problem('PMS032', {
      what: `flag '${flag}' is not in IUSE`,
      place: placeInText(source.text, at, source.place),
      ...(near ? { next: `Did you mean ${near}? Otherwise add the flag to IUSE.` } : {}),
    });
  });
}
