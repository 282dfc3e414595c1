import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FarmService, Measurement } from '../../app/index.ts';
import type { Clock } from '../../host/index.ts';
import { BuildCounts } from './build-counts.ts';

export interface FarmMetricsOptions {
  readonly service: FarmService;
  readonly clock: Clock;
  readonly pkgnameLabel: boolean;
  /** Live streams that are open. */
  readonly streams: () => number;
}

/** Everything that `/metrics` shows. Counters follow the farm's events, gauges ask when they are read. */
export class FarmMetrics {
  readonly #registry = new Registry();
  readonly #service: FarmService;
  readonly #requests: Counter;
  readonly #requestSeconds: Histogram;
  readonly #further = new Map<string, Counter | Gauge>();
  readonly #unsubscribe: () => void;

  constructor(options: FarmMetricsOptions) {
    this.#service = options.service;
    const registers = [this.#registry];
    const builds = new BuildCounts(this.#registry, options.service, options.pkgnameLabel);
    this.#unsubscribe = options.service.subscribe((event) => builds.note(event));
    addQueueGauges(this.#registry, options);
    this.#requests = new Counter({
      name: 'packmill_http_requests_total',
      help: 'Requests that were answered, by route.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: 'packmill_http_request_seconds',
      help: 'How long requests took; live streams are left out.',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.025, 0.1, 0.5, 2, 10, 60],
      registers,
    });
    // Memory, processor, open files and the lag of the event loop, under the names that dashboards know.
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text that Prometheus reads. */
  async text(): Promise<string> {
    for (const counter of this.#further.values()) counter.reset();
    for (const measurement of this.#service.measurements?.() ?? []) this.#take(measurement);
    return this.#registry.metrics();
  }

  noteRequest(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    /** Undefined for live streams. */
    readonly ms: number | undefined;
  }): void {
    const { method, route, status, ms } = request;
    this.#requests.inc({ method, route, status: String(status) });
    if (ms !== undefined) this.#requestSeconds.observe({ method, route }, ms / 1000);
  }

  close(): void {
    this.#unsubscribe();
    this.#registry.clear();
  }

  #take({ name, help, kind, value, labels = {} }: Measurement): void {
    let metric = this.#further.get(name);
    if (metric === undefined) {
      const configuration = {
        name: `packmill_${name}`,
        help,
        labelNames: Object.keys(labels),
        registers: [this.#registry],
      };
      metric = kind === 'counter' ? new Counter(configuration) : new Gauge(configuration);
      this.#further.set(name, metric);
    }
    metric.inc(labels, value);
  }
}

function addQueueGauges(registry: Registry, { service, clock, streams }: FarmMetricsOptions): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `packmill_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const busy = (): number =>
    service.builders().filter((one) => one.state !== 'lost' && one.busy.length > 0).length;
  gauge('builders_active', 'Builders that work on something.', busy);
  gauge(
    'builders_idle',
    'Builders that wait for jobs.',
    () => service.builders().filter((one) => one.state === 'idle').length,
  );
  gauge('queue_current', 'Jobs that wait for a builder.', () => service.stats().waiting.count);
  gauge('queue_running', 'Jobs that run.', () => service.stats().active.count);
  gauge('queue_age_seconds', 'Age of the oldest request that is not done.', () => {
    const times = service
      .queuedPackages()
      .flatMap((entry) => Object.values(entry).map((one) => one.timestamp));
    const oldest = times.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
    return times.length === 0 ? 0 : Math.max(0, (clock.nowMs() - oldest) / 1000);
  });
  gauge('http_streams', 'Readers that follow logs or events.', streams);
  new Gauge({
    name: 'packmill_builders',
    help: 'Builders by state.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { state } of service.builders()) this.inc({ state });
    },
  });
  new Counter({
    name: 'packmill_database_operations_total',
    help: 'Changes of repositories, by status.',
    labelNames: ['status'],
    registers: [registry],
    collect() {
      const { completed, failed } = service.metrics().database_queue;
      this.reset();
      this.inc({ status: 'success' }, completed);
      this.inc({ status: 'failed' }, failed);
    },
  });
}
