import {
  deployMarkers,
  parseSettings,
  type RepositorySettings,
  readMaintainers,
  readRepositorySettings,
} from '../../../formats/pkgbuild-repo/index.ts';
import { repositorySettingsFile } from '../../recipe-repository.ts';
import type { ImportFinding, ImportRuleName } from './import-rules.ts';
import type { ImportedHistory, ImportedRepository } from './imported-repository.ts';
import { type RepositoryFacts, writtenFindings } from './settings-findings.ts';

type Report = (rule: ImportRuleName, what: string, at?: { file?: string; line?: number }) => void;

/** Pipeline files of the three generations of the old template. */
const oldPipeline =
  /^(?:\.github\/workflows\/chaotic-[^/]*\.ya?ml|\.ci\/[^/]+\.(?:sh|bash|lib|shlib)|\.ci\/(?:on-commit|on-schedule|functions|util)[^/]*)$/;

/** What holds for the repository as a whole. */
export function repositoryFindings(repository: ImportedRepository): {
  readonly findings: readonly ImportFinding[];
  readonly facts: RepositoryFacts;
} {
  const findings: ImportFinding[] = [];
  const report: Report = (rule, what, at = {}) => {
    findings.push({ rule, ...at, what });
  };
  if (repository.packages.length === 0)
    report('no-package', 'there is no folder whose name begins without a dot');
  const facts = reportSettings(repository, report);
  const old = [...repository.otherFiles].filter((file) => oldPipeline.test(file)).sort();
  if (repository.otherFiles.has('.gitlab-ci.yml') && !isMoved(repository)) old.unshift('.gitlab-ci.yml');
  for (const file of old) {
    report('old-pipeline', /ya?ml$/.test(file) ? 'a pipeline' : 'a script of the old template', { file });
  }
  if (repository.otherFiles.has('.ci/aur-state')) {
    report('aur-watermark', "'.ci/aur-state' is there", { file: '.ci/aur-state' });
  }
  if (repository.history) reportHistory(repository.history, repository, report);
  return { findings, facts };
}

/** Whether packmill's pipeline files are there already: then names were read the documented way when they were written. */
const isMoved = ({ otherFiles }: ImportedRepository): boolean => otherFiles.has('.ci/packmill.yml');

function reportSettings(repository: ImportedRepository, report: Report): RepositoryFacts {
  const text = repository.settings ?? '';
  const parsed = parseSettings(text);
  const at = (key: string) => ({ file: repositorySettingsFile, line: parsed.lines.get(key) ?? 1 });
  const { settings, problems } = readRepositorySettings(text, () => undefined, repositorySettingsFile);
  if (repository.settings === undefined) report('no-settings', "there is no '.ci/config'");
  else reportNames(repository, settings, (rule, what) => report(rule, what, at('BUILD_REPO')));
  writtenFindings(text, repositorySettingsFile, report);
  for (const { code, what, place, next } of problems) {
    const where = { file: repositorySettingsFile, line: place?.line ?? 1 };
    const hint = next?.startsWith('Did you mean') ? `; d${next.slice(1)}` : '';
    if (code === 'CIC001') report('settings-unknown', `${what}${hint}`, where);
    if (code === 'CIC002') report('settings-stray', what, where);
  }
  const { template } = settings;
  if (template.repo !== '' && template.enabled && template.pin === undefined && !template.allowUnpinned) {
    report('template-unpinned', `TEMPLATE_REPO is '${template.repo}'`, at('TEMPLATE_REPO'));
  }
  if (!parsed.values.get('CI_OVERWRITE_COMMITS')) {
    report('overwrites-commits', 'CI_OVERWRITE_COMMITS is not set', { file: repositorySettingsFile });
  }
  const trusted = readMaintainers(repository.maintainers ?? '').size;
  if (!settings.humanReview)
    report('review-off', 'CI_HUMAN_REVIEW is not true', { file: repositorySettingsFile });
  else if (trusted === 0)
    report('nobody-trusted', "'.ci/aur-maintainers' has no name", { file: '.ci/aur-maintainers' });
  const { humanReview, trustedSources, rebuildBlacklist } = settings;
  return { humanReview, trustedSources, rebuildBlacklist };
}

/** Which way round the two names are can only be told by a manager that knows them (decision 1 of the specification). */
function reportNames(
  repository: ImportedRepository,
  { buildRepo, repoName }: RepositorySettings,
  report: Report,
): void {
  const { knownTargets: known } = repository;
  const names = `BUILD_REPO is '${buildRepo}', REPO_NAME is '${repoName}'`;
  if (known === undefined) {
    if (buildRepo !== repoName && !isMoved(repository)) report('names-differ', names);
  } else if (!known.has(buildRepo)) {
    report(known.has(repoName) ? 'swapped-names' : 'unknown-target', names);
  }
}

function reportHistory(history: ImportedHistory, repository: ImportedRepository, report: Report): void {
  const { head, scheduled, reviewBranches, state } = history;
  if (scheduled === undefined) report('scheduled-tag', 'it is missing');
  else if (scheduled !== head) {
    report('scheduled-tag', `it is at ${scheduled.slice(0, 7)}, the newest commit is ${head.slice(0, 7)}`);
  }
  if (state && !state.has('.commit')) report('state-branch', `${state.size} files and no '.commit'`);
  const names = new Set(repository.packages.map(({ name }) => name));
  const gone = reviewBranches.filter((branch) => !names.has(branch.slice('update-'.length)));
  if (gone.length > 0 || reviewBranches.length > 20) {
    report(
      'review-branches',
      `${reviewBranches.length} branches, ${gone.length} of them of packages that are gone`,
    );
  }
  for (const { id, message } of history.marked) reportMarkers({ id, message, names }, report);
}

interface MarkedCommit {
  readonly id: string;
  readonly message: string;
  readonly names: ReadonlySet<string>;
}

/** Compares what the second generation took from a message with what is read now. */
function reportMarkers({ id, message, names }: MarkedCommit, report: Report): void {
  const before = /\[deploy ([A-Za-z0-9_@.+-]+)\]/.exec(message)?.[1];
  const markers = deployMarkers(message);
  const unreadable = markers.find(({ isReadable }) => !isReadable);
  const commit = `commit ${id.slice(0, 7)}`;
  if (unreadable) {
    report(
      'deploy-markers',
      `${commit}: '${unreadable.text}' would be fatal; before: ${before ?? 'ignored'}`,
    );
    return;
  }
  const all = markers.some((marker) => marker.all);
  const now = new Set(markers.flatMap(({ packages }) => packages.map(({ name }) => name)));
  const unknown = [...now].filter((name) => !names.has(name));
  if (!all && unknown.length > 0) {
    report(
      'deploy-markers',
      `${commit}: ${unknown.map((name) => `'${name}'`).join(', ')} is no package any more`,
    );
  } else if (all ? before !== 'all' : now.size !== 1 || !now.has(before ?? '')) {
    const words = all ? 'everything' : [...now].join(', ');
    report('deploy-markers', `${commit}: ${words}; before: ${before ?? 'nothing'}`);
  }
}
