import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import { type ServedFarm, serveFarm } from './served-farm.ts';

const farms: ServedFarm[] = [];
afterEach(async () => {
  for (const farm of farms.splice(0)) await farm.close();
});
const serve: typeof serveFarm = async (...options) => {
  const farm = await serveFarm(...options);
  farms.push(farm);
  return farm;
};
const scrape = async (farm: ServedFarm): Promise<string[]> => {
  const answer = await farm.get('/metrics');
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return (await answer.text()).split('\n');
};
const job = 'local/x86_64/foo';

describe('metrics', () => {
  it('count builds by status, with their time, and jobs that were offered again', async () => {
    const farm = await serve();
    const { service } = farm;
    service.addJob(job, 'running', { durationMs: 90_000, buildClass: 2 });
    service.move(job, 'running', 'ready');
    service.move(job, 'ready', 'running');
    service.move(job, 'running', 'succeeded');
    for (const status of ['already-built', 'skipped', 'timed-out', 'failed'] as const)
      service.move(job, 'running', status);
    service.addJob(job, 'failed', { durationMs: 1_000, buildClass: 2, code: 'CLI070' });
    service.move(job, 'running', 'failed');
    service.move(job, 'waiting', 'canceled', 'canceled and replaced by a newer request');
    service.move(job, 'ready', 'canceled', 'canceled by an operator');
    service.move(job, 'waiting', 'blocked');
    const lines = await scrape(farm);
    const place = 'target_repo="local",arch="x86_64"';
    const built = (status: string, replaced = false): string =>
      `packmill_builds_total{${place},build_class="2",status="${status}",replaced="${replaced}"} 1`;
    for (const status of ['success', 'already-built', 'skipped', 'timed-out', 'failed', 'software-failure'])
      expect(lines).toContain(built(status));
    expect(lines).toContain(built('canceled', true));
    expect(lines).toContain(built('canceled', false));
    expect(lines.filter((line) => line.startsWith('packmill_builds_total{'))).toHaveLength(8);
    expect(lines).toContain(`packmill_requeues_total{${place}} 1`);
    const elapsed = `packmill_builds_time_elapsed_seconds`;
    expect(lines).toContain(`${elapsed}_sum{${place},status="success"} 90`);
    expect(lines).toContain(`${elapsed}_bucket{le="60",${place},status="success"} 0`);
    expect(lines).toContain(`${elapsed}_bucket{le="120",${place},status="success"} 1`);
    expect(lines.some((line) => line.startsWith(`${elapsed}_sum`) && line.includes('canceled'))).toBe(false);
  });

  it('show queue, builders, repository operations, requests and the process', async () => {
    const clock = new VirtualClock(1_700_000_030_000);
    const farm = await serve({ clock });
    farm.service.addJob(job, 'running', { timestamp: 1_700_000_000_000 });
    farm.service.addJob('local/x86_64/bar', 'waiting', { timestamp: 1_700_000_010_000 });
    await (await farm.get('/api/queue/jobs/local/x86_64/foo')).text();
    await (await farm.get('/no/such/route')).text();
    const lines = await scrape(farm);
    for (const line of [
      'packmill_builders_active 1',
      'packmill_builders_idle 1',
      'packmill_builders{state="busy"} 1',
      'packmill_queue_current 1',
      'packmill_queue_running 1',
      'packmill_queue_age_seconds 30',
      'packmill_database_operations_total{status="success"} 4',
      'packmill_database_operations_total{status="failed"} 2',
      'packmill_http_requests_total{method="GET",route="/api/queue/jobs/:target/:arch/:name",status="200"} 1',
      'packmill_http_requests_total{method="GET",route="none",status="404"} 1',
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => /^nodejs_eventloop_lag_seconds \d/.test(line))).toBe(true);
    expect(lines.some((line) => /^process_resident_memory_bytes \d/.test(line))).toBe(true);
    // Reading twice does not count twice.
    expect(await scrape(farm)).toContain('packmill_database_operations_total{status="success"} 4');
  });

  it('name packages only when asked to', async () => {
    const farm = await serve({ pkgnameLabel: true });
    farm.service.addJob(job, 'running');
    farm.service.move(job, 'running', 'succeeded');
    const lines = await scrape(farm);
    expect(
      lines.some((line) => line.startsWith('packmill_builds_total{') && line.includes('pkgname="foo"')),
    ).toBe(true);
  });

  it('take further numbers from the manager', async () => {
    const farm = await serve();
    const phase = (name: string, value: number) => ({
      name: 'phase_seconds_total',
      help: 'Time per phase.',
      kind: 'counter' as const,
      value,
      labels: { phase: name },
    });
    const failures = {
      name: 'status_calls_waiting',
      help: 'Status calls.',
      kind: 'gauge' as const,
      value: 3,
    };
    farm.service.numbers = [phase('build', 10), phase('fetch', 2), failures];
    expect(await scrape(farm)).toContain('packmill_phase_seconds_total{phase="build"} 10');
    farm.service.numbers = [phase('build', 12)];
    const lines = await scrape(farm);
    expect(lines).toContain('packmill_phase_seconds_total{phase="build"} 12');
    expect(lines).toContain('# TYPE packmill_phase_seconds_total counter');
  });

  it('are on a port of their own as well, with health and nothing else', async () => {
    const farm = await serve({ metricsPort: 0 });
    const at = (path: string) => fetch(`http://127.0.0.1:${farm.server.metricsPort}${path}`);
    expect(await (await at('/metrics')).text()).toContain('packmill_queue_current');
    expect((await at('/healthz')).status).toBe(200);
    expect((await at('/readyz')).status).toBe(200);
    expect((await at('/api/queue/stats')).status).toBe(404);
    expect((await farm.get('/metrics')).status).toBe(200);
  });
});
