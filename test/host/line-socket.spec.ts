import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectLines, type LineServer, serveLines } from '../../src/host/index.ts';

let folder: string;
let server: LineServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-lines-'));
  server = await serveLines(join(folder, 's'), async (line) => `${line.length}:${line.slice(-3)}`);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

it('every line is answered, however it is cut on its way', async () => {
  const lines = ['', 'a', 'é'.repeat(1_000_000), 'b', `${'x'.repeat(3_000_000)}end`, ''];
  const got: string[] = [];
  const done = Promise.withResolvers<void>();
  const connection = await connectLines(join(folder, 's'), {
    line: (line) => {
      got.push(line);
      if (got.length === lines.length) done.resolve();
    },
    end: done.resolve,
  });
  for (const line of lines) connection.send(line);
  await done.promise;
  connection.close();
  expect(got).toEqual(['0:', '1:a', '1000000:ééé', '1:b', '3000003:end', '0:']);
});
