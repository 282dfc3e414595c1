// The pipeline files of templates/pkgbuild-repo as data: which jobs there are and what they run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const templateFolder = join(import.meta.dirname, '../../templates/pkgbuild-repo');
export const templateText = (path: string): string => readFileSync(join(templateFolder, path), 'utf8');

interface GitlabJob {
  readonly extends?: string;
  readonly stage?: string;
  readonly script?: readonly string[];
  readonly resource_group?: string;
  readonly environment?: { readonly name: string };
  readonly rules?: readonly { readonly if: string; readonly when?: string }[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}
interface WorkflowJob {
  readonly environment?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: string | readonly string[];
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

export const gitlab = parse(templateText('.gitlab-ci.yml')) as Readonly<Record<string, unknown>>;

/** Jobs of GitLab by name, without hidden ones and settings of the whole. */
export const gitlabJobs: ReadonlyMap<string, GitlabJob> = new Map(
  Object.entries(gitlab).filter(
    (entry): entry is [string, GitlabJob] =>
      typeof entry[1] === 'object' && entry[1] !== null && 'script' in entry[1],
  ),
);

export const workflowNames = ['on-commit', 'on-schedule', 'checks', 'auto-merge'] as const;
export const workflows: ReadonlyMap<string, Workflow> = new Map(
  workflowNames.map((name) => [name, parse(templateText(`.github/workflows/${name}.yml`)) as Workflow]),
);

/** Every job's script by `SERVICE/FILE/JOB`, as one text. */
export function scripts(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, { script }] of gitlabJobs) found.set(`gitlab/${name}`, (script ?? []).join('\n'));
  for (const [file, { jobs }] of workflows) {
    for (const [name, { steps }] of Object.entries(jobs)) {
      const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
      found.set(`github/${file}/${name}`, runs.join('\n'));
    }
  }
  return found;
}

/** The words of every `packmill ...` of a script; variables become a word that says so. */
export function packmillCalls(script: string): readonly (readonly string[])[] {
  return [...script.matchAll(/\bpackmill ((?:ci|import) [^\n;|>]*)/g)].map((match) =>
    (match[1] as string)
      .trim()
      .split(/\s+/)
      .map((word) => word.replaceAll('"', '').replaceAll(/\$[A-Z_a-z]+/g, 'value')),
  );
}
