import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCargoLock } from './cargo-lock.ts';

const registry = 'registry+https://github.com/rust-lang/crates.io-index';
const sum = 'ab'.repeat(32);
const commit = '0123456789abcdef0123456789abcdef01234567';

/** One lock file in the way of each version of the format. */
function lockOf(version: 1 | 2 | 3 | 4): string {
  const own = '[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "libc",\n]\n';
  const crate = `[[package]]\nname = "libc"\nversion = "0.2.1+wasi"\nsource = "${registry}"\n`;
  const git = `[[package]]\nname = "dep"\nversion = "1.0.0"\nsource = "git+https://git.example/dep.git?branch=main#${commit}"\n`;
  if (version === 1) {
    return `${own.replace('[[package]]', '[root]')}\n${crate}\n${git}\n[metadata]\n"checksum libc 0.2.1+wasi (${registry})" = "${sum}"\n`;
  }
  const head = version > 2 ? `# made by cargo\nversion = ${version}\n\n` : '';
  return `${head}${own}\n${crate}checksum = "${sum}"\n\n${git}`;
}

const coded = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe('Cargo.lock', () => {
  it.each([1, 2, 3, 4] as const)(
    'version %i names crates with sums and repositories with commits',
    (version) => {
      expect(parseCargoLock(lockOf(version), 'Cargo.lock')).toEqual({
        crates: [{ name: 'libc', version: '0.2.1+wasi', checksum: sum }],
        gitCrates: [{ name: 'dep', version: '1.0.0', url: 'https://git.example/dep.git', commit }],
      });
    },
  );

  it('takes git+ off as a beginning, not as a set of letters', () => {
    const text = lockOf(4).replace('git+https://git.example', 'git+git://git.example');
    expect(parseCargoLock(text, 'Cargo.lock').gitCrates[0]?.url).toBe('git://git.example/dep.git');
  });

  it.each([
    ['not TOML', 'version = ['],
    ['a later version', 'version = 9\n'],
    ['a name that leaves its folder', lockOf(4).replace('"libc"\nversion', '"../x"\nversion')],
    ['a source of no known kind', lockOf(4).replace(registry, 'ftp://x')],
    ['a git source without commit', lockOf(4).replace(`#${commit}`, '')],
  ])('refuses %s', (_, text) => {
    expect(() => parseCargoLock(text, 'Cargo.lock')).toThrow(coded('GEN006'));
  });

  it('any text gives packages or a fault, nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => lockOf(4).replace('libc', text)),
        ),
        (text) => {
          try {
            parseCargoLock(text, 'Cargo.lock');
          } catch (error) {
            expect(error).toMatchObject({ problem: { code: 'GEN006' } });
          }
        },
      ),
    );
  });
});
