import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentVariables } from '../../src/config/index.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const text = read('containers/compose.yaml');

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: string;
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
}
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const secrets = environmentVariables
  .filter(({ role, secret }) => secret && !['client', 'pipeline'].includes(role))
  .map(({ name }) => name as string);
const known = new Map(environmentVariables.map((variable) => [variable.name as string, variable]));

/** Variables of the program that its own settings of containers replace, beside those of compose.yaml alone. */
const composeOnly = ['QUEUE_IMAGE', 'WEB_ADDRESS'];

describe('compose.yaml', () => {
  const roleOf = (service: string) => (service.endsWith('builder') ? 'builder' : 'manager');

  it.each(services)("passes to '%s' only variables that the program documents for it", (name, service) => {
    for (const variable of Object.keys(service.environment ?? {})) {
      expect([roleOf(name), 'both'], `${variable} of ${name}`).toContain(known.get(variable)?.role);
    }
  });

  it('passes every variable to everybody who reads it', () => {
    const { manager, builder, 'engine-builder': engine } = compose.services;
    const passed = (...of: (Service | undefined)[]) =>
      new Set(of.flatMap((service) => Object.keys(service?.environment ?? {})));
    for (const [role, names] of [
      ['manager', passed(manager)],
      ['builder', passed(builder, engine)],
    ] as const) {
      const read = environmentVariables.filter((one) => !one.secret && [role, 'both'].includes(one.role));
      expect(read.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
    }
  });

  it('takes values only from variables that somebody documents', () => {
    const used = [...text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map((match) => match[1] ?? '');
    expect(used.filter((name) => !known.has(name) && !composeOnly.includes(name))).toEqual([]);
    const page = read('containers/README.md');
    for (const name of composeOnly.filter((one) => one !== 'QUEUE_IMAGE')) expect(page).toContain(name);
  });

  it('has no secret in it: they come from a file that git ignores', () => {
    for (const [name, { environment, env_file }] of services) {
      expect(env_file, name).toBe('farm.env');
      expect(secrets.filter((secret) => secret in (environment ?? {}))).toEqual([]);
    }
    expect(read('.gitignore').split('\n')).toContain('/containers/farm.env');
    const example = [...read('containers/farm.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)];
    expect(example.map(([, name]) => name).sort()).toEqual([...secrets].sort());
    expect(example.map(([, , value]) => value).join('')).toBe('');
  });

  it('builds from files that exist, keeps what must last in volumes, and waits for the queue', () => {
    for (const [, { build, volumes, depends_on }] of services) {
      if (build) expect(existsSync(join(root, 'containers', build.context, build.dockerfile))).toBe(true);
      for (const volume of volumes ?? []) {
        const source = /^(?:\$\{[A-Z_]+:-)?([^:}]+)/.exec(volume)?.[1] ?? '';
        if (!source.startsWith('/')) expect(Object.keys(compose.volumes)).toContain(source);
      }
      if (build) expect(depends_on?.['queue']?.condition).toBe('service_healthy');
    }
    expect(compose.services['queue']?.healthcheck).toBeDefined();
    expect(compose.services['manager']?.healthcheck).toBeDefined();
  });
});

/** Instructions with continued lines joined and comments taken out. */
function instructions(file: string): readonly (readonly [word: string, rest: string])[] {
  return read(file)
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return [word, rest] as const;
    });
}

/** Packages that docs/install.md names in commands of a package manager. */
function documented(command: RegExp): ReadonlySet<string> {
  const found = [...read('docs/install.md').matchAll(command)].flatMap((match) =>
    (match[1] ?? '').split(/\s+/),
  );
  return new Set(found);
}

describe.each(readdirSync(join(root, 'containers')).filter((name) => name.startsWith('Containerfile')))(
  '%s',
  (name) => {
    const lines = instructions(`containers/${name}`);

    it('has only instructions that there are, and copies only what exists', () => {
      const words = [
        'ARG',
        'CMD',
        'COPY',
        'ENTRYPOINT',
        'ENV',
        'EXPOSE',
        'FROM',
        'RUN',
        'STOPSIGNAL',
        'WORKDIR',
      ];
      expect(lines.map(([word]) => word).filter((word) => !words.includes(word))).toEqual([]);
      for (const [, rest] of lines.filter(([word]) => word === 'COPY')) {
        if (rest.startsWith('--from=')) continue;
        for (const source of rest.split(/\s+/).slice(0, -1))
          expect(existsSync(join(root, source)), source).toBe(true);
      }
    });

    it('installs only packages that docs/install.md names', () => {
      const runs = lines.filter(([word]) => word === 'RUN').map(([, rest]) => rest);
      const asked = (command: RegExp) =>
        runs
          .flatMap((run) => [...run.matchAll(command)])
          .flatMap((match) =>
            (match[1] ?? '').split(/\s+/).filter((word) => word !== '' && !word.startsWith('-')),
          );
      const debian = asked(/apt-get install([^&|;]*)/g);
      const arch = asked(/pacman -S[a-z]*([^&|;]*)/g);
      expect(debian.length + arch.length).toBeGreaterThan(3);
      const knownDebian = documented(/apt-get install ([^`\n]+)/g);
      const knownArch = documented(/pacman -S --needed ([^`\n]+)/g);
      expect(debian.filter((one) => !knownDebian.has(one))).toEqual([]);
      expect(arch.filter((one) => !knownArch.has(one))).toEqual([]);
    });

    it('names no registry: images have short names, and come in as arguments', () => {
      for (const [word, rest] of lines) {
        // the base, or a stage that stands before in the same file
        if (word === 'FROM') expect(rest).toMatch(/^(\$\{BASE\}|modules)( AS [a-z]+)?$/);
        if (word === 'ARG' && rest.startsWith('BASE=')) expect(rest).toMatch(/^BASE=[a-z]+:[a-z0-9-]+$/);
      }
    });
  },
);

describe('the table of variables', () => {
  it('names each once, with a meaning, and requires only what has no default', () => {
    const names = environmentVariables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const variable of environmentVariables) {
      expect(variable.name).toMatch(/^[A-Z][A-Z_]+$/);
      expect(variable.meaning, variable.name).not.toMatch(/\.$/);
      if (variable.required) expect(variable.default, variable.name).toBeUndefined();
    }
  });
});
