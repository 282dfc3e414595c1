import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeTarEntry, readTarBytes, TarRecordSorter, tarEnd } from './index.ts';

/** An extended header with the records in the order given, each as long as it says. */
function extended(records: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const body = Buffer.concat(
    records.map(([key, value]) => {
      const rest = Buffer.byteLength(key) + value.byteLength + 3;
      const length = [1, 2, 3]
        .map((digits) => rest + digits)
        .find((sum) => String(sum).length === sum - rest);
      return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
    }),
  );
  const entry = Buffer.from(encodeTarEntry({ path: 'x', uname: '', gname: '' }, body));
  entry[156] = 'x'.charCodeAt(0);
  let sum = 0;
  for (let at = 0; at < 512; at += 1) sum += at >= 148 && at < 156 ? 32 : (entry[at] ?? 0);
  entry.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return entry;
}

/** Everything that comes out of bytes that are pushed in pieces of some lengths. */
function sorted(bytes: Uint8Array, lengths: readonly number[] = [bytes.byteLength]): Buffer {
  const sorter = new TarRecordSorter('x');
  const out: Uint8Array[] = [];
  for (let at = 0, index = 0; at < bytes.byteLength; index += 1) {
    const step = lengths[index % lengths.length] ?? 1;
    out.push(Uint8Array.from(sorter.push(Uint8Array.from(bytes.subarray(at, at + step)))));
    at += step;
  }
  sorter.end();
  return Buffer.concat(out);
}

const attribute = fc.tuple(
  fc.stringMatching(/^[a-z]{1,6}$/).map((name) => `SCHILY.xattr.user.${name}`),
  fc.uint8Array({ maxLength: 60 }),
);

it('records come out in one order, whatever order they were in and however the bytes arrive', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(attribute, { selector: ([key]) => key, minLength: 1, maxLength: 6 }),
      fc.uint8Array({ maxLength: 1500 }),
      fc.array(fc.integer({ min: 1, max: 1400 }), { minLength: 1, maxLength: 5 }),
      (records, body, lengths) => {
        const archive = (of: typeof records) =>
          Buffer.concat([extended(of), encodeTarEntry({ path: 'f' }, body), tarEnd]);
        const once = sorted(archive(records));
        expect(once.equals(sorted(archive(records.toReversed()), lengths))).toBe(true);
        expect(once.equals(sorted(once, lengths))).toBe(true);
        const [entry] = [...readTarBytes(once, 'x')];
        expect([...(entry?.xattrs ?? [])].map(([key]) => key)).toEqual(
          records.map(([key]) => key.slice('SCHILY.xattr.'.length)).sort(),
        );
      },
    ),
    { numRuns: 60 },
  );
});

it('the size of a member may stand in its extended header alone', () => {
  const body = Buffer.from('y'.repeat(700));
  const member = Buffer.from(encodeTarEntry({ path: 'f' }, body));
  member.fill('0', 124, 135);
  const archive = Buffer.concat([extended([['size', Buffer.from('700')]]), member, tarEnd]);
  expect(sorted(archive, [100]).byteLength).toBe(archive.byteLength);
});

it('an archive that is cut off is told by FMT020, and a record with a wrong length by FMT023', () => {
  const archive = Buffer.concat([encodeTarEntry({ path: 'f' }, Buffer.from('body')), tarEnd]);
  expect(() => sorted(archive.subarray(0, 700))).toThrow(/^FMT020 /);
  const wrong = Buffer.from(extended([['path', Buffer.from('name')]]));
  wrong.write('99', 512);
  expect(() => sorted(Buffer.concat([wrong, archive]))).toThrow(/^FMT023 /);
});
