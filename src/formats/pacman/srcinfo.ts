import { type Place, type Problem, problem } from '../../diagnostics/index.ts';
import { isValidPkgname } from './package-name.ts';
import { formatVersion } from './version.ts';

/** One field of a section with every value in order; a field that is set to nothing has no values. */
export interface SrcinfoField {
  readonly values: readonly string[];
  /** Line and column of each value, counted from 1 (of the empty value when the field is set to nothing). */
  readonly lines: readonly number[];
  readonly columns: readonly number[];
}

/** `pkgbase = NAME` or `pkgname = NAME` and what follows up to the next section. Unknown keys are kept. */
export interface SrcinfoSection {
  readonly name: string;
  readonly line: number;
  readonly fields: ReadonlyMap<string, SrcinfoField>;
}

/** A `.SRCINFO` file: what holds for all packages, and a section for each package. */
export interface Srcinfo {
  readonly file: string;
  readonly base: SrcinfoSection;
  readonly members: readonly SrcinfoSection[];
}

/** Values of a field in one section, in order; none when the section does not set it. */
export function sectionValues(section: SrcinfoSection, key: string): readonly string[] {
  return section.fields.get(key)?.values ?? [];
}

/** `[epoch:]pkgver-pkgrel` as the file states it. An epoch of 0 is none, as in makepkg. */
export function srcinfoVersion(srcinfo: Srcinfo): string {
  const first = (key: string): string => sectionValues(srcinfo.base, key)[0] ?? '';
  const epoch = first('epoch');
  return formatVersion({
    pkgver: first('pkgver'),
    pkgrel: first('pkgrel'),
    ...(epoch === '' || epoch === '0' ? {} : { epoch }),
  });
}

/** Where value number `index` of a field stands. */
export function placeOfField(srcinfo: Srcinfo, section: SrcinfoSection, key: string, index = 0): Place {
  const field = section.fields.get(key);
  const line = field?.lines[index] ?? section.line;
  const column = field?.columns[index];
  return { file: srcinfo.file, line, ...(column === undefined ? {} : { column }) };
}

const singleFields = new Set(['pkgdesc', 'pkgver', 'pkgrel', 'epoch', 'url', 'install', 'changelog']);

interface OpenField {
  values: string[];
  lines: number[];
  columns: number[];
}
interface OpenSection {
  name: string;
  line: number;
  fields: Map<string, OpenField>;
}

/** A field that was set to nothing has no values; elsewhere empty values keep their place among the others. */
function closeSection(section: OpenSection): SrcinfoSection {
  for (const field of section.fields.values()) {
    if (field.values.length === 1 && field.values[0] === '') field.values.length = 0;
  }
  return section;
}

class SrcinfoReader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #file: string;
  #base: OpenSection | undefined;
  #members: OpenSection[] = [];
  #current: OpenSection | undefined;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): Srcinfo | undefined {
    const text = this.#text;
    let line = 1;
    for (let start = text.charCodeAt(0) === 0xfeff ? 1 : 0; start < text.length; line += 1) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      this.#readLine(start, end, line);
      start = end + 1;
    }
    return this.#finish();
  }

  #readLine(start: number, end: number, line: number): void {
    const text = this.#text;
    let from = start;
    let to = end;
    while (from < to && text.charCodeAt(from) <= 32) from += 1;
    while (to > from && text.charCodeAt(to - 1) <= 32) to -= 1;
    if (from === to || text.charCodeAt(from) === 35) return;
    const equals = text.indexOf('=', from);
    if (equals < 0 || equals >= to || equals === from) {
      this.#report(
        'FMT001',
        `'${text.slice(from, Math.min(to, from + 80))}' is not an assignment`,
        line,
        from - start + 1,
      );
      return;
    }
    let keyEnd = equals;
    while (keyEnd > from && text.charCodeAt(keyEnd - 1) <= 32) keyEnd -= 1;
    let valueStart = equals + 1;
    while (valueStart < to && text.charCodeAt(valueStart) <= 32) valueStart += 1;
    this.#assign(text.slice(from, keyEnd), text.slice(valueStart, to), line, valueStart - start + 1);
  }

  #assign(key: string, value: string, line: number, column: number): void {
    if (key === 'pkgbase' || key === 'pkgname') {
      this.#openSection(key, value, line, column);
      return;
    }
    const section = this.#current;
    if (!section) {
      if (!this.problems.length) this.#report('FMT002', `'${key}' stands before 'pkgbase'`, line, 1);
      return;
    }
    const field = section.fields.get(key);
    if (!field) {
      section.fields.set(key, { values: [value], lines: [line], columns: [column] });
      return;
    }
    if (singleFields.has(key))
      this.#report('FMT004', `'${key}' of '${section.name}' is stated twice`, line, column);
    field.values.push(value);
    field.lines.push(line);
    field.columns.push(column);
  }

  #openSection(key: string, name: string, line: number, column: number): void {
    const section: OpenSection = { name, line, fields: new Map() };
    this.#current = section;
    if (!isValidPkgname(name)) this.#report('FMT005', `'${name}' is not a valid ${key}`, line, column);
    if (key === 'pkgbase') {
      if (this.#base) this.#report('FMT004', `'pkgbase' is stated twice`, line, column);
      else this.#base = section;
      return;
    }
    if (this.#members.some((member) => member.name === name)) {
      this.#report('FMT004', `package '${name}' is stated twice`, line, column);
    }
    this.#members.push(section);
  }

  #finish(): Srcinfo | undefined {
    const base = this.#base;
    if (!base) {
      if (!this.problems.some(({ code }) => code === 'FMT002'))
        this.#report('FMT002', `there is no 'pkgbase'`, 1, 1);
      return undefined;
    }
    const missing = ['pkgver', 'pkgrel', 'arch'].filter((key) => !base.fields.get(key)?.values[0]);
    if (this.#members.length === 0) missing.push('pkgname');
    for (const key of missing) this.#report('FMT003', `'${key}' of '${base.name}' is missing`, base.line, 1);
    if (this.problems.some(({ severity }) => severity === 'error')) return undefined;
    return { file: this.#file, base: closeSection(base), members: this.#members.map(closeSection) };
  }

  #report(
    code: 'FMT001' | 'FMT002' | 'FMT003' | 'FMT004' | 'FMT005',
    what: string,
    line: number,
    column: number,
  ): void {
    // A file of another kind altogether must not fill the screen.
    if (this.problems.length >= 20) return;
    this.problems.push(problem(code, { what, place: { file: this.#file, line, column } }));
  }
}

/**
 * Reads a `.SRCINFO` file (the output of `makepkg --printsrcinfo`); never throws. Tolerates spaces in place of
 * TAB, CRLF, comments and unknown keys. With an error among the problems (FMT001 to FMT005) there is no value.
 * @param file the name that places of problems carry
 */
export function parseSrcinfo(
  text: string,
  file: string,
): { srcinfo: Srcinfo | undefined; problems: readonly Problem[] } {
  const reader = new SrcinfoReader(text, file);
  const srcinfo = reader.read();
  return { srcinfo, problems: reader.problems };
}
