import { expect, it } from 'vitest';
import { artifactSuffix, artifactType } from './artifact-names.ts';

const identity = {
  build: '1.4-release-std',
  archDesc: 'x86-64bit',
  subarch: 'core2_64',
  version: '2019-11-10',
};

it('9.1: results are told by their names, openvz by its own way', () => {
  expect(artifactType('stage3-core2_64-1.4-release-std-2019-11-10.tar.xz', identity)).toBe('stage3');
  expect(artifactType('1.4-release-std-core2_64-openvz-2019-11-10.tar.xz', identity)).toBe('openvz');
  expect(artifactType('stage3-core2_64-1.4-release-std-2019-11-11.tar.xz', identity)).toBeUndefined();
  expect(artifactType('-core2_64-1.4-release-std-2019-11-10.tar.xz', identity)).toBeUndefined();
  expect(artifactSuffix('live-x.oci.tar')).toBe('.oci.tar');
  expect(artifactSuffix('stage3.tar.xz.hash.txt')).toBeUndefined();
  expect(artifactSuffix('.iso')).toBeUndefined();
});
