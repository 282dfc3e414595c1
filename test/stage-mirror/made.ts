import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/host/index.ts';
import type { Digest } from '../../src/primitives/index.ts';
import { memorySigner } from '../../src/signer/memory/index.ts';
import { MirrorPublisher } from '../../src/stage-mirror/index.ts';
import type { StagePublication } from '../../src/stages/index.ts';

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export const identity = { build: '1.4', archDesc: 'x86-64bit', subarch: 'core2_64' } as const;

/** A publication of some text as the result of a target, from a folder that stands in for the store. */
export function publication(
  root: string,
  of: { target: string; version: string; text: string; extras?: Readonly<Record<string, string>> },
): StagePublication {
  const objects = join(root, 'objects');
  const mirror = join(root, 'mirror');
  mkdirSync(objects, { recursive: true });
  const put = (text: string): Digest => {
    const digest = sha256(text) as Digest;
    writeFileSync(join(objects, digest), text);
    return digest;
  };
  const { target, version } = of;
  const subarch = `${mirror}/1.4/x86-64bit/core2_64`;
  const name = `${target}-core2_64-1.4-${version}`;
  const plan = {
    ...{ target, name, mirror, identity: { ...identity, version } },
    ...{ folder: `${subarch}/${version}`, result: `${subarch}/${version}/${name}.tar.xz` },
    latest: target === 'stage1' ? undefined : `${subarch}/${target}-latest.tar.xz`,
  } as unknown as StagePublication['plan'];
  const extras = Object.entries(of.extras ?? {}).map(([file, text]) => ({ name: file, digest: put(text) }));
  const digest = put(of.text);
  const record = {
    digest,
    sizeBytes: Buffer.byteLength(of.text),
    extras,
  } as unknown as StagePublication['record'];
  return { plan, record, open: async (wanted) => join(objects, wanted) };
}

export const signer = { open: async () => memorySigner() };

export const publisher = (): MirrorPublisher =>
  new MirrorPublisher({ signer, clock: systemClock, auxiliary: ['openvz'] });
