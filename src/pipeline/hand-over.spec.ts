import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handOverSchema } from '../api/index.ts';
import { readRepositorySettings } from '../formats/pkgbuild-repo/index.ts';
import { type HandOverParts, makeHandOver, outboxBytes, outboxPath, readOutbox } from './hand-over.ts';

const { settings } = readRepositorySettings('', () => undefined, '.ci/config');
const parts: HandOverParts = {
  ...{ settings, commit: 'a'.repeat(40), movesTag: true, createdMs: 5 },
  packages: [{ name: 'foo', buildClass: 5 }],
};

describe('a hand-over', () => {
  it('fits its own schema, and is read back from the outbox as it was', async () => {
    const name = fc.constantFrom('foo', 'c++utilities', '86box', 'a@b');
    const buildClass = fc.option(fc.oneof(fc.nat({ max: 99 }), fc.constant('cat')), { nil: undefined });
    const wanted = fc.array(
      fc
        .tuple(name, buildClass)
        .map(([one, it]) => (it === undefined ? { name: one } : { name: one, buildClass: it })),
      { maxLength: 4 },
    );
    const keep = fc.option(fc.array(name, { minLength: 1, maxLength: 3 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(wanted, keep, fc.boolean(), fc.nat(), async (packages, kept, movesTag, createdMs) => {
        const document = makeHandOver({ ...parts, packages, keep: kept, movesTag, createdMs });
        expect(handOverSchema.parse(document)).toEqual(document);
        const file = new Map([[outboxPath(document.id), outboxBytes(document)]]);
        expect(await readOutbox(file)).toEqual({ waiting: [document], problems: [] });
      }),
    );
  });

  it('has an id of its content: the same for another pipeline and time, another for other packages', () => {
    const { id } = makeHandOver(parts);
    expect(makeHandOver({ ...parts, pipeline: '78', createdMs: 9 }).id).toBe(id);
    const cleaning = makeHandOver({ ...parts, keep: ['foo'], keepAsOfMs: 5 });
    const later = makeHandOver({ ...parts, keep: ['foo'], keepAsOfMs: 9 });
    expect([later.id, later.cleanup]).toEqual([cleaning.id, { ...cleaning.cleanup, asOfMs: 9 }]);
    for (const other of [
      { packages: [{ name: 'foo' }] },
      { commit: 'b'.repeat(40) },
      { movesTag: false },
      { keep: ['foo'] },
      { nonce: 'x' },
    ]) {
      expect(makeHandOver({ ...parts, ...other }).id).not.toBe(id);
    }
  });

  it('is nothing that any other bytes could be taken for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.json(), async (bytes, json) => {
        const files = new Map([
          ['.outbox/a.json', bytes],
          ['.outbox/b.json', Buffer.from(json)],
          ['foo', bytes],
        ]);
        const { waiting, problems } = await readOutbox(files);
        expect(waiting).toEqual([]);
        expect(problems.map(({ code }) => code)).toEqual(['CIC016', 'CIC016']);
      }),
    );
  });

  it('is not taken under the name of another one', async () => {
    const document = makeHandOver(parts);
    const { waiting } = await readOutbox(new Map([['.outbox/ci-other.json', outboxBytes(document)]]));
    expect(waiting).toEqual([]);
  });
});
