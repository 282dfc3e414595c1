import { describe, expect, it } from 'vitest';
import { readBuildRecord, withRecord } from '../../src/app/build-records.ts';
import type { Artifact, BuildRecord } from '../../src/model/index.ts';
import type { Digest, JobId } from '../../src/primitives/index.ts';
import { openMemoryStore } from '../../src/store/index.ts';

const digest = 'a'.repeat(64) as Digest;
const job = { id: 'farm/x86_64/nib' as JobId, name: 'nib', inputDigest: digest };
const artifact = { name: 'nib', object: digest, facts: digest } as Artifact;
const record: BuildRecord = {
  version: 1,
  kind: 'pkgbuild',
  recipe: { name: 'nib', version: '1-1', inputDigest: digest },
  materials: [{ role: 'source', name: 'nib.tar.gz', digest: { sha256: digest } }],
  circumstances: {
    ...{ target: 'farm', arch: 'x86_64', reasons: [], published: [], repositoryNeeds: [], processors: 1 },
    ...{ epochSeconds: 0, network: 'none' },
  },
  settings: {},
  machine: { name: 'far', arch: 'x86_64', versions: {} },
};

async function handIn(value: unknown) {
  const store = openMemoryStore();
  const { digest: object } = await store.putBytes(Buffer.from(JSON.stringify(value)));
  return { store, object };
}

describe('the record that a builder elsewhere hands in with its packages', () => {
  it('is kept with each of them when it is of their job', async () => {
    const { store, object } = await handIn(record);
    const kept = await withRecord({ store }, job, [artifact], [{ ...artifact, record: object }]);
    expect(kept).toEqual([{ ...artifact, record: object }]);
    expect(await readBuildRecord(store, object)).toEqual(record);
  });

  it('may be missing: builders of before have none', async () => {
    const { store } = await handIn(record);
    expect(await withRecord({ store }, job, [artifact], [artifact])).toEqual([artifact]);
  });

  it.each([
    ['of another recipe', { ...record, recipe: { ...record.recipe, name: 'sudo' } }],
    ['of other inputs', { ...record, recipe: { ...record.recipe, inputDigest: 'b'.repeat(64) } }],
    ['of another repository', { ...record, circumstances: { ...record.circumstances, target: 'core' } }],
    ['of another machine', { ...record, circumstances: { ...record.circumstances, arch: 'aarch64' } }],
    ['none at all', { hello: 1 }],
    [
      'with a hash that is none',
      { ...record, materials: [{ role: 'source', name: 'x', digest: { sha256: '../x' } }] },
    ],
  ])('is refused when it is %s', async (_what, value) => {
    const { store, object } = await handIn(value);
    const handedIn = withRecord({ store }, job, [artifact], [{ ...artifact, record: object }]);
    await expect(handedIn).rejects.toMatchObject({ problem: { code: 'BLD032' } });
  });

  it('is refused when it is not there, and when packages of one build have several', async () => {
    const { store, object } = await handIn(record);
    const gone = withRecord({ store }, job, [artifact], [{ ...artifact, record: 'c'.repeat(64) as Digest }]);
    await expect(gone).rejects.toMatchObject({ problem: { code: 'STO001' } });
    const two = withRecord({ store }, job, [artifact, artifact], [{ ...artifact, record: object }, artifact]);
    await expect(two).rejects.toMatchObject({ problem: { code: 'BLD032' } });
  });
});
