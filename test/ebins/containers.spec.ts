import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFault } from '../../src/diagnostics/index.ts';
import { type OpenOptions, openBuild } from '../../src/ebins/index.ts';
import { encodeTarEntry, readTarBytes, tarEnd } from '../../src/formats/archives/index.ts';
import { findXpak, printXpak, readXpak } from '../../src/formats/gentoo/index.ts';
import { demo, facts, sample } from './sample.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-containers-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The code that opening (and unpacking) a file ends with, or `fine`. */
async function outcome(file: string, options: OpenOptions = {}): Promise<string> {
  try {
    const build = await openBuild(file, options);
    const image = await build.openImage();
    await image.close();
    return 'fine';
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('all packages of the sample', () => {
  it.each(facts)('11: $file is read as another program reads it', async (fact) => {
    const file = join(sample, fact.file);
    const build = await openBuild(file, { signatures: 'ignore' });
    expect(build.format).toBe(fact.format);
    expect(build.sizeBytes).toBe(fact.size);
    expect(build.cpv).toBe(fact.cpv);
    expect(build.buildId).toBe(fact.build_id === null ? undefined : Number(fact.build_id));
    expect(build.buildTime).toBe(Number(fact.build_time));
    expect([build.eapi, build.slot, build.iuse.join(' ')]).toEqual([fact.eapi, fact.slot, fact.iuse]);
    const known = new Set(build.iuse.map((flag) => flag.replace(/^[+-]/, '')));
    expect(build.use.filter((flag) => known.has(flag))).toEqual(fact.use_in_iuse);
    expect([...build.records.keys()].sort()).toEqual([...fact.metadata_keys].sort());
    for (const key of [
      'RDEPEND',
      'DEPEND',
      'PDEPEND',
      'LICENSE',
      'RESTRICT',
      'REQUIRES',
      'KEYWORDS',
      'PROPERTIES',
    ])
      expect(build.metadata[key] ?? '').toBe((fact[key] as string | undefined) ?? '');
    if (fact.members) {
      const base = build.container.base ?? '';
      expect(build.container.members.map((one) => [`${base}/${one.name}`, one.sizeBytes])).toEqual(
        fact.members,
      );
    } else {
      expect(fact.size - build.container.imageBytes).toBe((fact.xpak_offset ?? 0) + 8);
    }
    const image = await build.openImage();
    try {
      const types = { folder: 'dir', file: 'file', symlink: 'sym', hardlink: 'hard', fifo: 'fifo' } as const;
      const read = await Promise.all(
        image.entries.map(async (entry) => ({
          path: entry.path,
          type: types[entry.type],
          mode: entry.mode.toString(8).padStart(4, '0'),
          uid: entry.uid,
          gid: entry.gid,
          ...(entry.target ? { target: entry.target } : {}),
          ...(entry.type === 'file'
            ? {
                size: entry.sizeBytes,
                sha256: createHash('sha256')
                  .update(await image.read(entry.bodyOffset, entry.sizeBytes))
                  .digest('hex'),
              }
            : {}),
        })),
      );
      const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
      const wanted = fact.image.map(({ class: _, ...rest }) => rest);
      expect(read.sort(byPath)).toEqual(wanted.sort(byPath));
    } finally {
      await image.close();
    }
  });

  it('gives the environment of a build as text, without running anything', async () => {
    const build = await openBuild(demo('gpkg', 9));
    expect(await build.environment()).toContain('declare -x PVR="1.0"');
  });
});

describe('XPAK', () => {
  it('1: has the tar, the records and the values that it was written with', async () => {
    const build = await openBuild(demo('xpak', 1));
    expect(build.container).toMatchObject({ compression: 'bzip2', imageOffset: 0, imageBytes: 4108 });
    expect(build.records.size).toBe(29);
    expect(Buffer.from(build.records.get('BUILD_ID') ?? []).toString()).toBe('1');
    expect(build.metadata['RDEPEND']).toBe('dev-libs/demolib:0/4=');
  });

  it('2, 3: tells its compression by the first bytes', async () => {
    const compressions = [];
    for (const id of [1, 2, 3, 4])
      compressions.push((await openBuild(demo('xpak', id))).container.compression);
    expect(compressions).toEqual(['bzip2', 'zstd', 'none', 'xz']);
    const bytes = readFileSync(demo('xpak', 3));
    const place = findXpak(bytes.subarray(-16), bytes.byteLength, 'x');
    expect(place.sizeBytes).toBe(5674);
    expect(bytes.readUInt32BE(place.offset + 8)).toBe(569);
    expect(bytes.readUInt32BE(place.offset + 12)).toBe(5081);
  });

  it('4: that is cut off, or has a wrong length, is refused', async () => {
    for (const id of [1, 2, 3, 4]) {
      const bytes = readFileSync(demo('xpak', id));
      expect(await outcome(written('cut.xpak', bytes.subarray(0, -1)))).toBe('EBN001');
      const flipped = Buffer.from(bytes);
      flipped[flipped.length - 6] = (flipped.at(-6) ?? 0) ^ 1;
      expect(await outcome(written('flipped.xpak', flipped))).toBe('EBN001');
    }
    expect(await outcome(written('empty.xpak', new Uint8Array(0)))).toBe('EBN001');
  });

  it('5: is written as Portage writes it', () => {
    const bytes = readFileSync(demo('xpak', 1));
    const block = bytes.subarray(-5704, -8);
    expect(Buffer.from(printXpak(readXpak(block, 'x'))).equals(bytes.subarray(-5704))).toBe(true);
  });
});

/** A GPKG made of the members of another one, changed. */
function edited(
  name: string,
  change: (members: { path: string; body: Buffer }[]) => { path: string; body: Buffer }[],
  from = demo('gpkg', 1),
): string {
  const members = [...readTarBytes(readFileSync(from), 'x')].map(({ path, body }) => ({
    path,
    body: Buffer.from(body),
  }));
  const entries = change(members).map(({ path, body }) => encodeTarEntry({ path }, body));
  return written(name, Buffer.concat([...entries, tarEnd]));
}

const manifestChanged =
  (change: (text: string) => string) =>
  (members: { path: string; body: Buffer }[]): { path: string; body: Buffer }[] =>
    members.map((member) =>
      member.path.endsWith('/Manifest')
        ? { ...member, body: Buffer.from(change(member.body.toString())) }
        : member,
    );

describe('GPKG', () => {
  it('6: has its members, and the digests of an empty file for gpkg-1', async () => {
    const build = await openBuild(demo('gpkg', 1));
    expect(build.sizeBytes).toBe(20480);
    expect(build.container.members.map(({ name }) => name)).toEqual([
      'gpkg-1',
      'metadata.tar.zst',
      'image.tar.zst',
      'Manifest',
    ]);
    expect(build.container.members[0]?.sizeBytes).toBe(0);
  });

  it('7: that is changed, or not built as it must be, is refused', async () => {
    const flip = (members: { path: string; body: Buffer }[]) =>
      members.map((member) => {
        if (member.path.endsWith('image.tar.zst')) member.body[100] = (member.body[100] ?? 0) ^ 1;
        return member;
      });
    expect(await outcome(edited('same.gpkg.tar', (members) => members))).toBe('fine');
    expect(await outcome(edited('turned.gpkg.tar', (members) => members.toReversed()))).toBe('fine');
    expect(await outcome(edited('flip.gpkg.tar', flip))).toBe('EBN002');
    const without = manifestChanged((text) => text.replace(/^DATA metadata.*\n/m, ''));
    expect(await outcome(edited('line.gpkg.tar', without))).toBe('EBN002');
    const more = manifestChanged((text) => text.replace(/^DATA gpkg-1(.*)\n/m, '$&DATA other$1\n'));
    expect(await outcome(edited('more.gpkg.tar', more))).toBe('EBN002');
    const unknown = manifestChanged((text) =>
      text.replaceAll('SHA512', 'NEW1').replaceAll('BLAKE2B', 'NEW2'),
    );
    expect(await outcome(edited('unknown.gpkg.tar', unknown))).toBe('EBN002');
    const strange = manifestChanged((text) => text.replace(/^DATA gpkg-1.*$/m, '$& constructor 0'));
    expect(await outcome(edited('strange.gpkg.tar', strange))).toBe('fine');
    const twice = edited('twice.gpkg.tar', (members) => [
      ...members,
      members[2] ?? { path: '', body: Buffer.alloc(0) },
    ]);
    expect(await outcome(twice)).toBe('EBN001');
    const deep = edited('deep.gpkg.tar', (members) => [
      ...members,
      { path: 'a/b/c', body: Buffer.from('x') },
    ]);
    expect(await outcome(deep)).toBe('EBN001');
    for (const path of ['/a/b', 'other-1.0/gpkg-1', '../x'])
      expect(
        await outcome(edited('name.gpkg.tar', (all) => [...all, { path, body: Buffer.from('x') }])),
      ).toBe('EBN001');
    for (const lacking of ['gpkg-1', 'Manifest'])
      expect(
        await outcome(
          edited('lacks.gpkg.tar', (all) => all.filter(({ path }) => !path.endsWith(`/${lacking}`))),
        ),
      ).toBe('EBN001');
  });

  it('9: of one file for each version reads long names, and has no BUILD_ID', async () => {
    const build = await openBuild(join(sample, 'gpkg-single/app-misc/ebinscript-2.0-r1.gpkg.tar'));
    expect(build.buildId).toBeUndefined();
    expect(build.container.base).toBe('ebinscript-2.0-r1');
    const image = await build.openImage();
    await image.close();
    // with the folder of images in front the name has 153 bytes, and a zero byte ends it
    expect(Math.max(...image.entries.map(({ path }) => path.length))).toBe(147);
  });

  it('keeps the common folder of its members when the file is renamed', async () => {
    const renamed = join(folder, 'renamed-7.gpkg.tar');
    copyFileSync(demo('gpkg', 3), renamed);
    expect((await openBuild(renamed)).container.base).toBe('ebindemo-1.0-3');
  });
});

describe('signatures', () => {
  const signed = join(sample, 'gpkg-signed/app-misc/ebindemo/ebindemo-1.0-1.gpkg.tar');
  const keys = [join(sample, 'gpkg-signed/sample-key.asc')];

  it('8: are accepted by the key that is trusted, and by no other', async () => {
    expect(await outcome(signed, { signatures: 'require', keys })).toBe('fine');
    expect(await outcome(signed, { signatures: 'auto', keys })).toBe('fine');
    expect(await outcome(signed, { signatures: 'require' })).toBe('EBN003');
    expect(await outcome(signed, { signatures: 'auto' })).toBe('EBN003');
    expect(await outcome(signed, { signatures: 'ignore' })).toBe('fine');
  });

  it('8: are demanded of packages that have none', async () => {
    expect(await outcome(demo('gpkg', 1), { signatures: 'require', keys })).toBe('EBN003');
    expect(await outcome(demo('xpak', 1), { signatures: 'require', keys })).toBe('EBN003');
    expect(await outcome(demo('gpkg', 1), { signatures: 'auto' })).toBe('fine');
  });

  it('8: do not hold for other bytes, for a part of the members, or for text around them', async () => {
    const others = new Map(
      [...readTarBytes(readFileSync(demo('gpkg', 1)), 'x')].map(({ path, body }) => [
        path,
        Buffer.from(body),
      ]),
    );
    const swap = edited(
      'swap.gpkg.tar',
      (all) =>
        all.map((one) =>
          one.path.endsWith('metadata.tar.zst') ? { ...one, body: others.get(one.path) ?? one.body } : one,
        ),
      signed,
    );
    expect(await outcome(swap, { keys })).toBe('EBN002');
    const partly = edited(
      'partly.gpkg.tar',
      (all) => all.filter(({ path }) => !path.endsWith('.sig')),
      signed,
    );
    expect(await outcome(partly, { keys })).toBe('EBN002');
    const around = edited(
      'around.gpkg.tar',
      manifestChanged((text) => `DATA x 0\n${text}`),
      signed,
    );
    expect(await outcome(around, { keys })).toBe('EBN001');
    const size = edited(
      'size.gpkg.tar',
      manifestChanged((text) => text.replace('BLAKE2B', 'BLAKE2X')),
      signed,
    );
    expect(await outcome(size, { keys })).toBe('EBN003');
  });

  it('of a signed Manifest alone do not stand for the members', async () => {
    const text = execFileSync('tar', ['xOf', signed, 'ebindemo-1.0-1/Manifest']).toString();
    expect(text).toContain('metadata.tar.zst.sig');
    const lines = text.split('\n').filter((line) => line.startsWith('DATA '));
    const plain = edited(
      'plain.gpkg.tar',
      manifestChanged(() => `${lines.join('\n')}\n`),
      signed,
    );
    expect(await outcome(plain, { keys })).toBe('EBN003');
  });
});
