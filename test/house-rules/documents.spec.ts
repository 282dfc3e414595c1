import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { programTable } from '../../src/app/doctor/program-table.ts';
import { farmSchema } from '../../src/config/farm-config.ts';
import { catalogue, renderCataloguePage } from '../../src/diagnostics/index.ts';
import { roomsTable, withRoomsTable } from '../../tools/house/rooms-table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
];

describe('the catalogue of problems', () => {
  test('is what docs/errors.md says, code by code (npm run docs:errors)', () => {
    const page = read('docs/errors.md');
    const documented = [...page.matchAll(/^## (\S+) /gm)].map((match) => match[1]);
    expect(documented).toEqual(Object.keys(catalogue).sort());
    expect(page).toBe(renderCataloguePage());
  });

  test('keeps the wording of the house and gives every code a sample', () => {
    for (const [code, entry] of Object.entries(catalogue)) {
      expect(code).toMatch(/^[A-Z]{3}\d{3}$/);
      expect(entry.title, code).toMatch(/^[^A-Z]|^[A-Z]{2}|^\.?[A-Z]+/);
      expect(entry.title, code).not.toMatch(/\.$/);
      expect(entry.why, code).toMatch(/[.:!]$/);
      expect(entry.next, code).toMatch(/[.:!]$/);
      expect(entry.sample.broken, code).not.toBe('');
      expect(entry.sample.fixed, code).not.toBe('');
      expect(entry.sample.fixed, code).not.toBe(entry.sample.broken);
    }
  });

  test('has each code in one table only', () => {
    const folder = join(root, 'src/diagnostics/catalogue');
    const codes = readdirSync(folder)
      .filter((name) => name.endsWith('.table.ts'))
      .flatMap((name) =>
        [...readFileSync(join(folder, name), 'utf8').matchAll(/^ {2}([A-Z]{3}\d{3}): \{/gm)].map(
          (match) => match[1],
        ),
      );
    expect(codes.sort()).toEqual(Object.keys(catalogue).sort());
  });
});

describe('the documents', () => {
  test('draw the rooms as tools/rooms.mjs has them (npm run docs:rooms)', () => {
    const page = read('docs/architecture.md');
    expect(page).toBe(withRoomsTable(page, roomsTable()));
  });

  test('name every npm package once, and none that is not used', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const named = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
    expect(named.sort()).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].sort());
  });

  test('name every package of the system that set-up installs', () => {
    const page = read('docs/install.md');
    for (const row of programTable.filter((one) => one.need === 'required' || one.need === 'test')) {
      for (const names of Object.values(row.packages)) {
        for (const name of names.split(' ')) expect(page).toContain(` ${name}`);
      }
    }
  });

  test('name every setting of packmill.yaml', () => {
    const page = read('docs/configuration.md');
    const schema = read('src/config/farm-config.ts');
    const keys = [...schema.matchAll(/^ {4,6}'?([a-z][a-z-]*)'?: (?:z|byteSize|timeSpan)/gm)].map(
      (match) => match[1],
    );
    expect(keys.length).toBeGreaterThan(10);
    for (const key of keys) expect(page).toMatch(new RegExp(`\`(?:[a-z]+\\.)?${key}\``));
  });

  test('name every route of the HTTP API with every method', () => {
    const page = read('docs/http-api.md');
    const { paths } = JSON.parse(read('testdata/http/openapi.json')) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      /^\/(?:assets\/|logs\/|$)|\.html$/.test(path)
        ? []
        : Object.keys(methods).map((method) => ({ path, method })),
    );
    expect(routes.length).toBeGreaterThan(50);
    // each route of logs is there with a timestamp, too; what is read is asked for its head as well
    const missing = routes.filter(({ path, method }) => {
      const steps = path.replace('/{timestamp}', '').split('/');
      const shape = steps.map((step) => (/^\{/.test(step) ? '[^/\\s`"?]+' : step.replaceAll('.', '\\.')));
      const written = `${shape.join('/')}(?![\\w/-])`;
      if (method === 'get' || method === 'head') return !new RegExp(written).test(page);
      const told = new RegExp(
        `${method.toUpperCase()} ${written}|^[^\\n]*\\$(?:operator|builder)"[^\\n]*${written}`,
        'm',
      );
      return (
        !told.test(page) && !new RegExp(`-X ${method.toUpperCase()}[\\s\\S]{0,200}?${written}`).test(page)
      );
    });
    expect(missing).toEqual([]);
  });

  test('link only to files that exist', () => {
    for (const page of pages) {
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        expect(() => statSync(join(root, dirname(page), target)), `${page} links to ${target}`).not.toThrow();
      }
    }
  });

  test('name only scripts that package.json has', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    for (const page of pages) {
      for (const [, name = ''] of read(page).matchAll(/npm run ([a-z][a-z:-]*)/g)) {
        expect(scripts, `${page} names 'npm run ${name}'`).toContain(name);
      }
    }
  });

  test('number the decisions from 1 without a gap, each dated', () => {
    const names = readdirSync(join(root, 'docs/decisions')).sort();
    names.forEach((name, index) => {
      const number = String(index + 1).padStart(4, '0');
      expect(name).toMatch(new RegExp(`^${number}-[a-z0-9-]+\\.md$`));
      const text = read(`docs/decisions/${name}`);
      expect(text).toMatch(new RegExp(`^# ${index + 1}\\. `));
      expect(text).toMatch(/^\d{4}-\d{2}-\d{2}$/m);
    });
  });
});

describe('the lock file', () => {
  test('names no registry', () => {
    expect(read('package-lock.json')).not.toContain('"resolved"');
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });
});

interface SettingSchema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
}

/** Settings by dotted name with their defaults; undefined: none. */
function settingsOf(schema: SettingSchema, prefix = ''): [string, unknown][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, setting]): [string, unknown][] =>
    setting.properties ? settingsOf(setting, `${prefix}${key}.`) : [[`${prefix}${key}`, setting.default]],
  );
}

describe('the table of settings in docs/configuration.md', () => {
  const settings = settingsOf(
    z.toJSONSchema(farmSchema, { io: 'input', unrepresentable: 'any' }) as SettingSchema,
  );
  const rows = new Map(
    [...read('docs/configuration.md').matchAll(/^\| `([a-z][a-z.-]*)` \| (.*?) \|/gm)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
  );
  test('lists exactly the settings that there are', () => {
    expect([...rows.keys()].sort()).toEqual(settings.map(([name]) => name).sort());
  });
  test('states their defaults', () => {
    for (const [name, value] of settings) {
      // lists, maps and settings without a default are described in words
      if (value === undefined || typeof value === 'object') continue;
      expect(`${name} ${rows.get(name)?.replaceAll('`', '')}`).toBe(`${name} ${String(value)}`);
    }
  });
});
