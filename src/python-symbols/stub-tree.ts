import type { GraphParameter } from '../formats/python-graph/index.ts';

/** A parameter as a stub declares it. */
export type StubParameter = Omit<GraphParameter, 'defaultType'>;

export interface StubFunction {
  readonly kind: 'function';
  readonly name: string;
  readonly async: boolean;
  /** As they stand, without `@`. */
  readonly decorators: readonly string[];
  readonly parameters: readonly StubParameter[];
  readonly returns: string | null;
  /**
   * Of a source without annotation, what it is seen to return: `type:PATH`, `call:NAME` for whatever a call of that name gives,
   * `self`, `none`.
   */
  readonly returned?: readonly string[];
}

export interface StubClass {
  readonly kind: 'class';
  readonly name: string;
  readonly bases: readonly string[];
  readonly body: readonly StubEntry[];
}

/** `exported`: others may take it from this module. The name `*` takes all that `path` exports. */
export interface StubImport {
  readonly kind: 'import';
  readonly name: string;
  readonly path: string;
  readonly exported: boolean;
}

export interface StubValue {
  readonly kind: 'value';
  readonly name: string;
  readonly annotation: string | null;
  /** Dotted name that it is another name for. */
  readonly target: string | null;
  /** Of `__all__`. */
  readonly names: readonly string[] | null;
}

export type StubEntry = StubFunction | StubClass | StubImport | StubValue;

/** One stub. */
export interface StubModule {
  readonly module: string;
  /** Below the folder of stubs that it was found in. */
  readonly path: string;
  readonly package: boolean;
  readonly body: readonly StubEntry[];
}

/** Versions of Python that have a module of the standard library: from the first to the last one; undefined: until today. */
export interface VersionSpan {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number] | undefined;
}

/** Reads `VERSIONS` of typeshed's standard library: lines such as `asyncio.taskgroups: 3.11-` and `imp: 3.0-3.11`. */
export function readStubVersions(text: string): ReadonlyMap<string, VersionSpan> {
  const spans = new Map<string, VersionSpan>();
  for (const line of text.split('\n')) {
    const found = /^\s*([\w.]+)\s*:\s*(\d+)\.(\d+)\s*-\s*(?:(\d+)\.(\d+))?\s*(?:#.*)?$/u.exec(line);
    if (found === null) continue;
    const [, module = '', major, minor, lastMajor, lastMinor] = found;
    spans.set(module, {
      from: [Number(major), Number(minor)],
      to: lastMajor === undefined ? undefined : [Number(lastMajor), Number(lastMinor)],
    });
  }
  return spans;
}

/** Whether a version has a module: the span of the nearest module above it that has one. True where nothing tells. */
export function isInVersion(
  spans: ReadonlyMap<string, VersionSpan>,
  module: string,
  version: readonly [number, number],
): boolean {
  const parts = module.split('.');
  for (let count = parts.length; count > 0; count -= 1) {
    const span = spans.get(parts.slice(0, count).join('.'));
    if (span === undefined) continue;
    return order(span.from, version) <= 0 && (span.to === undefined || order(version, span.to) <= 0);
  }
  return true;
}

const order = (a: readonly [number, number], b: readonly [number, number]): number =>
  a[0] - b[0] || a[1] - b[1];
