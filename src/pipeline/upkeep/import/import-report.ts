import type { Srcinfo } from '../../../formats/pacman/index.ts';
import { type ImportFinding, type ImportRuleName, importRules } from './import-rules.ts';
import type { ImportedRepository } from './imported-repository.ts';
import { packageFindings } from './package-findings.ts';
import { repositoryFindings } from './repository-findings.ts';
import { compareTrees, type TreeComparison } from './tree-findings.ts';

/** What `packmill import chaotic` says of a repository. */
export interface ImportReport {
  readonly version: 1;
  readonly repository: string;
  readonly packages: number;
  /** Packages that have at least one finding. */
  readonly touched: number;
  /** How many findings each rule has; rules without any are left out. */
  readonly counts: Readonly<Partial<Record<ImportRuleName, number>>>;
  readonly tree: Omit<TreeComparison, 'findings'>;
  /** Of the repository first, then by package; in the order of rules. */
  readonly findings: readonly ImportFinding[];
}

const order = new Map(Object.keys(importRules).map((rule, index) => [rule, index]));

/**
 * Everything in which packmill would treat the repository otherwise than the pipelines it has, package by package
 * (specification 22, issue 4). Never fails on what is in a package folder.
 */
export function importReport(repository: ImportedRepository, arch = 'x86_64'): ImportReport {
  const { findings: ofRepository, facts } = repositoryFindings(repository);
  const described = new Map<string, Srcinfo>();
  const ofPackages: ImportFinding[] = [];
  for (const one of repository.packages) {
    const { findings, srcinfo } = packageFindings(one, facts);
    ofPackages.push(...findings);
    if (srcinfo) described.set(one.name, srcinfo);
  }
  const { findings: ofTree, ...tree } = compareTrees(repository.packages, described, arch);
  const findings = [...ofRepository, ...ofPackages, ...ofTree].sort(byPackageAndRule);
  const counts: Partial<Record<ImportRuleName, number>> = {};
  for (const rule of Object.keys(importRules) as ImportRuleName[]) {
    const count = findings.filter((finding) => finding.rule === rule).length;
    if (count > 0) counts[rule] = count;
  }
  return {
    version: 1,
    repository: repository.name,
    packages: repository.packages.length,
    touched: new Set(findings.map((finding) => finding.package).filter(Boolean)).size,
    counts,
    tree,
    findings,
  };
}

function byPackageAndRule(a: ImportFinding, b: ImportFinding): number {
  const [first, second] = [a.package ?? '', b.package ?? ''];
  if (first !== second) return first < second ? -1 : 1;
  return (order.get(a.rule) ?? 0) - (order.get(b.rule) ?? 0);
}
