import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ElfCollector, readElf, readElfSymbols } from '../../src/formats/elf/index.ts';
import { runTool, scratchFolder } from './real-tools.ts';

let scratch: ReturnType<typeof scratchFolder>;
beforeAll(() => {
  scratch = scratchFolder();
});
afterAll(() => scratch.remove());

interface Symbols {
  readonly exported: readonly string[];
  readonly imported: readonly string[];
}

/** The tables of `readelf --dyn-syms`, and of `readelf -V` which version is of which library. */
function asReadelfReads(path: string): Symbols {
  const text = runTool('readelf', ['-W', '--dyn-syms', '-V', path], scratch.folder).toString();
  const needs = text.slice(text.indexOf('Version needs section'));
  const libraryOf = new Map<string, string>();
  let library = '';
  if (text.includes('Version needs section')) {
    for (const line of needs.split('\n')) {
      const file = / File: (\S+) /.exec(line)?.[1];
      if (file !== undefined) library = file;
      const [, name, version] = / Name: (\S+) .*Version: (\d+)/.exec(line) ?? [];
      if (name !== undefined) libraryOf.set(String(Number(version)), `${library} ${name}`);
    }
  }
  const exported = new Set<string>();
  const imported: string[] = [];
  for (const line of text.split('\n')) {
    const row = /^ +\d+: \S+ +\S+ \S+ +(\S+) +\S+ +(\S+) (\S+)(?: \((\d+)\))?$/.exec(line);
    const [, bind = '', section = '', printed = '', number] = row ?? [];
    if (!['GLOBAL', 'WEAK', 'UNIQUE'].includes(bind)) continue;
    const symbol = printed.replace('@@', '@');
    const [from] = (number === undefined ? '' : (libraryOf.get(number) ?? '')).split(' ');
    if (section === 'UND' ? bind !== 'WEAK' : from) imported.push(`${symbol} ${from ?? ''}`);
    const isVersion = section === 'ABS' && text.includes(` Name: ${symbol}\n`);
    if (section !== 'UND' && !from && !isVersion) exported.add(symbol);
  }
  return { exported: [...exported].sort(), imported: imported.sort() };
}

function asWeRead(bytes: Uint8Array): Symbols | undefined {
  const read = readElfSymbols(bytes);
  return (
    read && {
      exported: [...read.exported].sort(),
      imported: read.imported.map(({ symbol, from }) => `${symbol} ${from ?? ''}`).sort(),
    }
  );
}

/** Compiles lines of C; returns the path. */
function compile(name: string, source: string, ...options: string[]): string {
  const path = join(scratch.folder, name);
  writeFileSync(`${path}.c`, source);
  runTool('cc', ['-fPIC', '-o', path, `${path}.c`, ...options], scratch.folder);
  return path;
}

/** Takes the table of sections away, as strippers do. */
function withoutSections(bytes: Buffer): Buffer {
  const bare = Buffer.from(bytes);
  bare.fill(0, 0x28, 0x30);
  bare.writeUInt16LE(0, 0x3c);
  return bare;
}

describe('readElfSymbols', () => {
  it('finds what readelf finds in programs and libraries of this machine, with and without their sections', () => {
    const folder = '/usr/lib/x86_64-linux-gnu';
    const some = readdirSync(folder).filter((name) => /\.so\./.test(name));
    const libraries = ['libc.so.6', 'libstdc++.so.6', 'libm.so.6', ...some.filter((_, at) => at % 40 === 0)];
    const paths = [...libraries.map((name) => `${folder}/${name}`), '/usr/bin/bash', '/usr/bin/tar'];
    let compared = 0;
    for (const path of paths.slice(0, 16)) {
      const bytes = readFileSync(realpathSync(path));
      if (!readElf(bytes)) continue;
      compared += 1;
      const theirs = asReadelfReads(path);
      expect(asWeRead(bytes), path).toEqual(theirs);
      expect(asWeRead(withoutSections(bytes)), `${path} without sections`).toEqual(theirs);
    }
    expect(compared).toBeGreaterThan(4);
  });

  it.each(['sysv', 'gnu', 'both'])('counts symbols by the hash table of style %s', (style) => {
    const source = 'int used(void); int other(void) { return used(); } int data = 4;';
    const path = compile(`lib${style}.so`, source, '-shared', `-Wl,--hash-style=${style}`);
    const theirs = asReadelfReads(path);
    const bytes = readFileSync(path);
    expect(asWeRead(bytes)).toEqual(theirs);
    expect(asWeRead(withoutSections(bytes))).toEqual(theirs);
  });

  it('counts symbols of a file whose hash table is empty and that has no sections', () => {
    const path = compile(
      'plugin.so',
      'extern int host(void); static int f(void){return host();} __attribute__((constructor)) static void g(void){f();}',
      '-shared',
      '-Wl,--hash-style=gnu',
      '-nostdlib',
    );
    const bytes = readFileSync(path);
    expect(asWeRead(bytes)).toEqual(asReadelfReads(path));
    expect(asWeRead(withoutSections(bytes))?.imported).toEqual(['host ']);
  });

  it('tells which library a version belongs to, which symbols are hidden, and what is only weak', () => {
    writeFileSync(
      join(scratch.folder, 'map'),
      'ONE { global: first; local: *; }; TWO { global: second; } ONE;\n',
    );
    const library = compile(
      'libver.so.3',
      'int first(void){return 1;} int second(void){return 2;} int secret(void){return 3;}',
      ...['-shared', '-Wl,-soname,libver.so.3', `-Wl,--version-script=${join(scratch.folder, 'map')}`],
    );
    const read = readElfSymbols(readFileSync(library));
    expect(read?.definesVersions).toBe(true);
    expect(read?.exported.filter((name) => name.includes('@')).sort()).toEqual(['first@ONE', 'second@TWO']);
    expect(read?.exported).not.toContain('secret');
    const source =
      'int second(void); int maybe(void) __attribute__((weak)); int loose(void); int use(void){return second()+loose()+(maybe?maybe():0);}';
    const user = compile('user.so', source, library, '-shared');
    const imported = readElfSymbols(readFileSync(user))?.imported ?? [];
    expect(imported).toContainEqual({ symbol: 'second@TWO', from: 'libver.so.3' });
    expect(imported).toContainEqual({ symbol: 'loose', from: undefined });
    expect(imported.map(({ symbol }) => symbol)).not.toContain('maybe');
  });

  it('never fails on a file that is cut short or changed', () => {
    const bytes = readFileSync(compile('libcut.so', 'int a(void); int b(void){return a();}', '-shared'));
    for (let length = 0; length < bytes.byteLength; length += 37) readElfSymbols(bytes.subarray(0, length));
    for (let at = 0; at < bytes.byteLength; at += 5) {
      const changed = Buffer.from(bytes);
      changed[at] = 0xff - (changed[at] as number);
      readElfSymbols(changed);
    }
  });
});

describe('ElfCollector', () => {
  it('reads the symbols too when it is asked to', () => {
    const bytes = readFileSync(compile('libasked.so', 'int asked(void){return 1;}', '-shared'));
    const collector = new ElfCollector({ symbols: true });
    for (let at = 0; at < bytes.byteLength; at += 1000) collector.push(bytes.subarray(at, at + 1000));
    expect(collector.finish()).toEqual({
      kind: 'elf',
      facts: readElf(bytes),
      symbols: readElfSymbols(bytes),
    });
  });
});
