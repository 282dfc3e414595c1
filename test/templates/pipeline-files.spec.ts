import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { Shell } from '../../src/cli/shell.ts';
import {
  parseSettings,
  readRepositorySettings,
  repositoryDefaults,
} from '../../src/formats/pkgbuild-repo/index.ts';
import { systemConsole } from '../../src/host/index.ts';
import {
  gitlab,
  gitlabJobs,
  packmillCalls,
  scripts,
  templateFolder,
  templateText,
  workflows,
} from './pipeline-files.ts';

describe('commands in pipeline files', () => {
  const calls = [...scripts()].flatMap(([job, script]) =>
    packmillCalls(script).map((words) => [job, words.join(' '), words] as const),
  );

  it('are many', () => {
    expect(calls.length).toBeGreaterThan(20);
  });

  it.each([
    ...calls,
    ['hook', 'ci commits --message value', ['ci', 'commits', '--message', 'value']] as const,
  ])('%s: packmill %s is what the command line takes', async (_job, _line, words) => {
    let command = await createProgram(new Shell(systemConsole), words);
    let rest = [...words];
    for (;;) {
      const next = command.commands.find((one) => one.name() === rest[0]);
      if (!next) break;
      command = next;
      rest = rest.slice(1);
    }
    expect(command.commands).toEqual([]);
    const { operands, unknown } = command.parseOptions(rest);
    expect(unknown).toEqual([]);
    const { registeredArguments } = command;
    const required = registeredArguments.filter((argument) => argument.required).length;
    const most = registeredArguments.some((argument) => argument.variadic) ? 99 : registeredArguments.length;
    expect(operands.length).toBeGreaterThanOrEqual(required);
    expect(operands.length).toBeLessThanOrEqual(most);
  });
});

describe('pipeline files', () => {
  const everyJob = [...workflows].flatMap(([file, { jobs }]) =>
    Object.entries(jobs).map(([name, job]) => [`${file}/${name}`, job] as const),
  );

  it('name the image in one place only', () => {
    const pins = ['.gitlab-ci.yml', ...[...workflows.keys()].map((name) => `.github/workflows/${name}.yml`)];
    for (const file of pins) expect(templateText(file)).not.toMatch(/packmill-ci:|@sha256:/);
    expect(templateText('.ci/packmill.yml').match(/^ {2}PACKMILL_IMAGE: \S+$/gm)).toHaveLength(1);
    expect(gitlab['include']).toEqual([{ local: '.ci/packmill.yml' }]);
  });

  it('take no action of others but by its whole commit', () => {
    const used = everyJob.flatMap(([, { steps }]) => steps.flatMap(({ uses }) => uses ?? []));
    expect(used.length).toBeGreaterThan(5);
    for (const one of used) expect(one).toMatch(/^actions\/checkout@[0-9a-f]{40}$/);
  });

  it('put nothing that strangers can write into the text of a script', () => {
    for (const [job, script] of scripts()) expect(script, job).not.toContain('${{');
  });

  it('leave no credentials in the checkout', () => {
    for (const [name, { steps }] of everyJob) {
      for (const step of steps) if (step.uses) expect(step.with?.['persist-credentials'], name).toBe(false);
    }
  });

  it("give the manager's secrets to the jobs that deliver and to no others", () => {
    for (const [name, { env, environment }] of everyJob) {
      const has = JSON.stringify(env ?? {}).match(/DEPLOY_KEY|REDIS_PASSWORD|PACKMILL_TOKEN/) !== null;
      expect([name, has, environment === 'manager']).toEqual([
        name,
        name.endsWith('/deliver'),
        name.endsWith('/deliver'),
      ]);
    }
    for (const [name, { environment }] of gitlabJobs) {
      expect([name, environment?.name]).toEqual([name, name === 'deliver' ? 'manager' : undefined]);
    }
  });

  it('let whatever writes to git run alone (5.9)', () => {
    for (const name of ['on-commit', 'on-schedule']) {
      expect(workflows.get(name)?.concurrency).toEqual({ group: 'recipes', 'cancel-in-progress': false });
    }
    for (const [name, job] of gitlabJobs) {
      expect([name, job.extends]).toEqual([name, name === 'check' ? undefined : '.alone']);
    }
    expect(gitlab['.alone']).toEqual({ resource_group: 'recipes' });
  });

  it('give pull requests no secret and no right to write', () => {
    const checks = workflows.get('checks');
    expect(checks?.permissions).toEqual({ contents: 'read' });
    expect(Object.keys(checks?.on ?? {})).toEqual(['pull_request']);
    expect(templateText('.github/workflows/checks.yml')).not.toContain('secrets.');
  });
});

describe('the other files of the template', () => {
  it('.ci/config has no unknown setting, in comments neither', () => {
    const text = templateText('.ci/config');
    expect(readRepositorySettings(text, () => undefined, '.ci/config').problems).toEqual([]);
    const shown = parseSettings(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
    expect([...shown.values.keys()].filter((key) => !(key in repositoryDefaults))).toEqual([]);
    expect(shown.values.size).toBeGreaterThan(15);
  });

  it('.ci/known_hosts has the key whose fingerprint it names', () => {
    const listed = execFileSync('ssh-keygen', ['-l', '-f', join(templateFolder, '.ci/known_hosts')], {
      encoding: 'utf8',
    });
    const [, fingerprint] = listed.split(' ');
    expect(fingerprint).toMatch(/^SHA256:/);
    expect(templateText('.ci/known_hosts')).toContain(`# ${fingerprint}\n`);
  });

  it('.editorconfig makes shfmt write the usual style (7.6)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-style-'));
    try {
      writeFileSync(join(folder, '.editorconfig'), templateText('.editorconfig'));
      const recipe = 'build() {\n\tcase $a in\n\tx) a && \\\n\tb >c ;;\n\tesac\n}\n';
      writeFileSync(join(folder, 'PKGBUILD'), recipe);
      const format = (...words: string[]): string =>
        execFileSync('shfmt', words, { encoding: 'utf8', input: recipe });
      const ours = format('--filename', join(folder, 'PKGBUILD'));
      expect(ours).toBe(format('-ln', 'bash', '-i', '2', '-bn', '-ci', '-sr'));
      expect(ours).toContain('\n    x) a \\\n      && b > c ;;\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
