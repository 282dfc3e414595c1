import type { Finding } from './change-report.ts';
import { textOf } from './recipe-folder.ts';
import { expanded, missingFrom, type RecipeView, type ValueAt } from './recipe-view.ts';
import { shownText } from './shown-text.ts';

const isSourceArray = (name: string): boolean => /^source(?:_\w+)?$/.test(name);
const isChecksumArray = (name: string): boolean => /^(?:md5|sha\d+|b2|ck)sums(?:_\w+)?$/.test(name);

interface Source extends ValueAt {
  readonly file: string;
  /** With plain variables filled in, without `name::` and `git+`. */
  readonly address: string;
  readonly host: string | undefined;
}

function sourceOf(value: ValueAt, view: RecipeView): Source {
  const written = expanded(value.text, view.scalars);
  const separator = written.indexOf('::');
  const address = written.slice(separator < 0 ? 0 : separator + 2).replace(/^[a-z]+\+(?=[a-z]+:)/, '');
  return { ...value, file: 'PKGBUILD', address, host: hostOf(address) };
}

/** The host of an address in lower case; undefined for a file beside the recipe. */
function hostOf(address: string): string | undefined {
  const match = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/@?#]*@)?([^/?#]*)/.exec(address);
  return match?.[1]?.replace(/:\d*$/, '').toLowerCase();
}

function sourcesOf(view: RecipeView): readonly Source[] {
  return [...view.arrays].flatMap(([name, values]) =>
    isSourceArray(name) ? values.map((value) => sourceOf(value, view)) : [],
  );
}

/** Hosts that .SRCINFO names: what the variables of the recipe came to on the machine of whoever wrote it. */
function listedSources(view: RecipeView): readonly Source[] {
  const lines = (textOf(view.folder.files.get('.SRCINFO')) ?? '').split('\n');
  return lines.flatMap((line, index) => {
    const text = /^\s*source(?:_\w+)?\s*=\s*(\S.*)$/.exec(line)?.[1];
    const plain = { ...view, scalars: new Map() };
    return text === undefined
      ? []
      : [{ ...sourceOf({ text: text.trim(), line: index + 1 }, plain), file: '.SRCINFO' }];
  });
}

/** New hosts, changed addresses and pins of sources. */
export function sourceFindings(before: RecipeView, after: RecipeView): readonly Finding[] {
  const [old, now] = [sourcesOf(before), sourcesOf(after)];
  const known = new Set([...old, ...listedSources(before)].map(({ host }) => host));
  const findings: Finding[] = [];
  const report = (weight: Finding['weight'], what: string, shown: string, { file, line }: Source) =>
    findings.push({ topic: 'sources', weight, what, shown: shownText(shown), file, line });
  const added = missingFrom(now, old, ({ text }) => text);
  const removed = [...missingFrom(old, now, ({ text }) => text)];
  // an address may change through a variable while the element stays
  const moved = now.filter((one) => !added.includes(one) && !known.has(one.host));
  for (const source of [...added, ...moved]) {
    const at = removed.findIndex((one) => base(one) === base(source));
    const [was] = at < 0 ? [] : removed.splice(at, 1);
    if (source.host !== undefined && !known.has(source.host)) {
      known.add(source.host);
      report('alarm', hostWords(source.host), `${source.host}: ${source.address}`, source);
    } else if (was) {
      report(isLoose(was, source) ? 'alarm' : 'notice', pinWords(was, source), source.text, source);
    } else report('notice', 'has a source that was not there', source.text, source);
    if (/^(?:http|ftp|git):/.test(source.address)) {
      report('notice', 'fetches without encryption', source.address, source);
    }
  }
  for (const source of removed) {
    const isSignature = isSigned(source) && now.filter(isSigned).length < old.filter(isSigned).length;
    const what = isSignature ? 'verifies a signature no more' : 'has a source no more';
    report(isSignature ? 'alarm' : 'notice', what, source.text, source);
  }
  for (const source of listedSources(after)) {
    if (source.host === undefined || known.has(source.host)) continue;
    known.add(source.host);
    report('alarm', hostWords(source.host), `${source.host}: ${source.address}`, source);
  }
  return findings;
}

function hostWords(host: string): string {
  if (/[$`]/.test(host)) return 'fetches from a host that only the run tells';
  if (/[^\x21-\x7e]|(?:^|\.)xn--/.test(host)) return 'fetches from a new host whose name has foreign letters';
  return 'fetches from a host that it did not know';
}

const isSigned = ({ address }: Source): boolean => /\.(?:sig|asc|sign)$/.test(address);

const base = ({ text }: Source): string => text.replace(/[#?].*$/s, '').replace(/^.*?::/s, '');

const pinOf = ({ text }: Source): string | undefined => /#(?:commit|tag|revision)=(.*)$/s.exec(text)?.[1];

const isLoose = (was: Source, source: Source): boolean =>
  pinOf(was) !== undefined && pinOf(source) === undefined;

function pinWords(was: Source, source: Source): string {
  if (isLoose(was, source)) return 'takes whatever its repository has, instead of one commit or tag';
  return pinOf(was) === pinOf(source) ? 'names a source in another way' : 'takes another commit or tag';
}

/** From weak to strong. */
const strengths = ['ck', 'md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'b2'];

/** Checksums that went away, became SKIP or weaker. */
export function checksumFindings(before: RecipeView, after: RecipeView): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (what: string, shown: string, line: number | undefined): void => {
    const where = line === undefined ? {} : { line };
    findings.push({
      topic: 'checksums',
      weight: 'alarm',
      what,
      shown: shownText(shown),
      file: 'PKGBUILD',
      ...where,
    });
  };
  const skips = (values: readonly ValueAt[]): number => values.filter(({ text }) => text === 'SKIP').length;
  for (const [name, values] of after.arrays) {
    if (!isChecksumArray(name)) continue;
    const old = before.arrays.get(name) ?? [];
    if (skips(values) > skips(old))
      report("has more sources without a checksum ('SKIP')", name, values[0]?.line);
    else if (values.length < old.length) report('has fewer checksums', name, values[0]?.line);
  }
  for (const [name, values] of before.arrays) {
    if (isChecksumArray(name) && values.length > 0 && !after.arrays.has(name)) {
      report('has checksums of a kind no more', name, values[0]?.line);
    }
  }
  const [old, now] = [strongest(before), strongest(after)];
  if (old > now && now >= 0) report('relies on weaker checksums', `${strengths[now]}sums`, undefined);
  return findings;
}

function strongest(view: RecipeView): number {
  return Math.max(
    -1,
    ...[...view.arrays]
      .filter(([name, values]) => isChecksumArray(name) && values.length > 0)
      .map(([name]) => strengths.indexOf(name.slice(0, name.indexOf('sums')))),
  );
}
