import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askDiffoscope } from '../../src/app/provenance/ask-diffoscope.ts';
import { systemClock } from '../../src/host/index.ts';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';
import { makeTinyRoot } from '../end-to-end/tiny-root.ts';

describe('diffoscope', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-diffoscope-'));
  const root = join(folder, 'root');
  const sandbox = new BubblewrapDriver({ folder: join(folder, 'sandbox'), hidden: [], clock: systemClock });
  const program = join(root, 'usr/bin/diffoscope');
  beforeAll(() => {
    makeTinyRoot(root);
    writeFileSync(join(folder, 'before'), 'one\nold\n');
    writeFileSync(join(folder, 'after'), 'one\nnew\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ask = () =>
    askDiffoscope({
      sandbox,
      root: { kind: 'folder', path: root },
      ...{ before: join(folder, 'before'), after: join(folder, 'after'), fileName: 'a.pkg.tar.zst' },
      signal: new AbortController().signal,
    });
  const install = (script: string): void => {
    writeFileSync(program, `#!/usr/bin/bash\n${script}`);
    chmodSync(program, 0o755);
  };

  it('is not asked where the root of builds has none', async () => {
    expect(await ask()).toBeUndefined();
  });

  it('gets both files under the name of the package, in the sandbox, and is told to write text', async () => {
    install('echo "$@"; cat "$6" "$7"; exit 1\n');
    expect(await ask()).toEqual([
      '--no-progress --text - --max-text-report-size 1000000 /compare/first/a.pkg.tar.zst /compare/second/a.pkg.tar.zst',
      ...['one', 'old', 'one', 'new'],
    ]);
  });

  it('that fails says nothing', async () => {
    install('echo trouble; exit 2\n');
    expect(await ask()).toBeUndefined();
  });

  it('may write as much as it likes: readers get 400 lines', async () => {
    install('for ((i = 0; i < 1000; i++)); do echo "line $i"; done; exit 1\n');
    expect(await ask()).toHaveLength(400);
  });
});
