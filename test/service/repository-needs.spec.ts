import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceFixture } from './service-fixture.ts';

describe('a target that names repositories of its own', () => {
  let farm: ServiceFixture;
  let mirror: Server;
  beforeAll(async () => {
    farm = await ServiceFixture.make();
    mirror = createServer((request, response) => {
      try {
        const path = normalize(decodeURIComponent(request.url ?? '/'));
        response.end(readFileSync(join(farm.farm, 'public', path)));
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
    const { port } = mirror.address() as AddressInfo;
    const others = join(farm.folder, 'others');
    farm.settings(
      `targets: { other: { extra-repos: [{ name: demo, servers: ["http://127.0.0.1:${port}/$repo/$arch"] }] } }`,
      `main: { url: ${farm.recipes} }, others: { url: ${others} }`,
    );
    farm.quick('lib');
    farm.quick('app', {
      within: others,
      depends: ['lib'],
      lines: 'build() { cp /usr/share/lib/version found; }',
    });
    farm.quick('lost', { within: others, depends: ['nosuch'] });
    await farm.up(1);
    await farm.do('schedule', '--wait', '--source-repo', 'main', 'lib');
    await farm.hasPublished('lib');
  });
  afterAll(async () => {
    mirror.close();
    await farm.dispose();
  });
  const schedule = (name: string) =>
    farm.run(['schedule', '--wait', '--source-repo', 'others', '--target-repo', 'other', name]);

  it('has needs met from them that the farm does not meet for this target', async () => {
    expect(await schedule('app')).toMatchObject({ code: 0 });
    expect(await farm.log('other/x86_64/app')).toMatch(
      /'lib' of app is left to the target's repositories[\s\S]*installing lib/,
    );
    // and the statement says which file came from there
    const stated = async () =>
      JSON.stringify(await farm.json('/api/packages/app/provenance?target=other&arch=x86_64'));
    await expect.poll(stated).toMatch(/"from":"repositories"/);
    expect(await stated()).toMatch(/"digest":\{"sha256":"[0-9a-f]{64}"\},"name":"lib-[^"]+\.pkg\.tar\.zst"/);
  });

  it('fails a build whose needs nobody meets', async () => {
    expect(await schedule('lost')).toMatchObject({ code: 1 });
    expect(await farm.log('other/x86_64/lost')).toMatch(/target not found: nosuch[\s\S]*BLD008/);
  });

  it('gets a removed package back by scheduling it again', async () => {
    farm.quick('spare');
    await farm.do('schedule', '--wait', '--source-repo', 'main', 'spare');
    await farm.hasPublished('spare');
    expect(await farm.do('auto-repo-remove', '--target-repo', 'demo', 'lib')).toBe('removed spare\n');
    await farm.do('schedule', '--wait', '--source-repo', 'main', 'spare');
    expect(await farm.job('spare')).toMatchObject({ state: 'succeeded' });
  });

  it('says what a job waits for that no builder has', async () => {
    await farm.do('schedule', '--source-repo', 'main', 'lib/nobody');
    await expect
      .poll(async () => (await farm.job('lib')).reason)
      .toBe("waits for the builder 'nobody': none is at work");
    await farm.do('cancel', 'lib');
  });
});
