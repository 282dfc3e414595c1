import { fault, type Place } from '../../diagnostics/index.ts';

/** The options of one table, read by kind. All throw UPS025 for a value of another kind. */
export class CheckOptions {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #place: Place;

  constructor(values: Readonly<Record<string, unknown>>, file: string) {
    this.#values = values;
    this.#place = { file };
  }

  /** A text; undefined when it is not there or empty. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') return value;
    throw this.wrong(`'${name}' is no text`);
  }

  /** A text without which the source cannot be asked. */
  required(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw this.wrong(`'${name}' is missing`);
    return text;
  }

  /** `false` when it is not there. */
  flag(name: string): boolean {
    const value = this.#values[name] ?? false;
    if (typeof value === 'boolean') return value;
    throw this.wrong(`'${name}' is neither true nor false`);
  }

  /** `OWNER/NAME` in the option that has the name of the source. */
  repository(name: string): string {
    const repository = this.required(name);
    if (/^[\w.-]+(?:\/[\w.-]+)+$/.test(repository) && !/(?:^|\/)\.+(?:\/|$)/.test(repository))
      return repository;
    throw this.wrong(`'${name}' is no repository: '${repository}'`);
  }

  /** The name of a host, with a port or without; undefined when it is not there. */
  host(): string | undefined {
    const host = this.text('host');
    if (host === undefined || /^[A-Za-z0-9.-]+(?::\d+)?$/.test(host)) return host;
    throw this.wrong(`'host' is no name of a host: '${host}'`);
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** UPS025 about one of the options. */
  wrong(what: string): Error {
    return fault('UPS025', { what, place: this.#place });
  }
}
