import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupWithBuilder, passwdWithBuilder } from './identity.ts';

const builder = { uid: 60_999, gid: 60_998 };

describe('the accounts of a sandbox', () => {
  it("name the unprivileged user 'builder' beside those of the root", () => {
    expect(passwdWithBuilder('root:x:0:0:r:/root:/bin/bash\nmail:x:8:8::/:/x\n', builder)).toBe(
      'root:x:0:0:r:/root:/bin/bash\nmail:x:8:8::/:/x\nbuilder:x:60999:60998:packmill:/build/home:/bin/sh\n',
    );
    expect(groupWithBuilder('', builder)).toBe('root:x:0:\nbuilder:x:60998:\n');
  });

  it('let nobody else have the name or the number', () => {
    const text = 'root:x:0:0::/:/b\nbuilder:x:1000:1000::/home:/b\nsquatter:x:60999:1::/:/b\n';
    expect(passwdWithBuilder(text, builder)).not.toMatch(/1000|squatter/);
  });

  it('stay the same when made twice', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = passwdWithBuilder(text, builder);
        expect(passwdWithBuilder(once, builder)).toBe(once);
        const group = groupWithBuilder(text, builder);
        expect(groupWithBuilder(group, builder)).toBe(group);
      }),
    );
  });
});
