import type { Problem } from '../diagnostics/index.ts';

/** A merge or pull request that is open. */
export interface ChangeRequest {
  /** The number that people see: GitLab's `iid`, GitHub's `number`. */
  readonly id: number;
  readonly url: string;
  readonly title: string;
  /** The branch it comes from. */
  readonly branch: string;
  readonly state: 'open';
}

/** One that is open now, with what of it did not come true (FRG005: labels, people). */
export interface OpenedRequest extends ChangeRequest {
  readonly problems: readonly Problem[];
}

export interface NewChangeRequest {
  readonly branch: string;
  readonly target: string;
  readonly title: string;
  /** Markdown. */
  readonly description: string;
  readonly labels: readonly string[];
  /** The name of an account. */
  readonly assignee?: string | undefined;
}

/** Merge and pull requests of one project (specification 7.16). All throw FRG001 to FRG004 and FRG006. */
export interface Forge {
  readonly kind: 'gitlab' | 'github';
  /** The open request that comes from this branch of the project itself, however many others there are. */
  find(branch: string): Promise<ChangeRequest | undefined>;
  /** Opens a request; where there is one from this branch already, that one is returned. */
  open(request: NewChangeRequest): Promise<OpenedRequest>;
  update(
    id: number,
    changes: { readonly title?: string | undefined; readonly description?: string | undefined },
  ): Promise<void>;
  /** All open requests that come from branches of the project with this prefix. */
  listOpen(prefix: string): Promise<readonly ChangeRequest[]>;
}
