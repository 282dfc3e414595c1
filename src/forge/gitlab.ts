import { type Problem, problem } from '../diagnostics/index.ts';
import type { ChangeRequest, Forge, NewChangeRequest, OpenedRequest } from './forge.ts';
import { ForgeCall, type ForgeCallOptions } from './forge-call.ts';
import { openedBefore } from './opened-before.ts';
import { cutText, withoutQuickActions } from './texts.ts';

export interface GitlabOptions extends ForgeCallOptions {
  /** As CI_API_V4_URL: `https://gitlab.com/api/v4`. */
  readonly apiUrl: string;
  /** A number, or the path of the project. */
  readonly projectId: string;
}

interface MergeRequestRow {
  readonly iid: number;
  readonly web_url: string;
  readonly title: string;
  readonly source_branch: string;
  readonly source_project_id: number;
  readonly target_project_id: number;
}

type Query = Readonly<Record<string, unknown>>;
type Requests = InstanceType<typeof import('@gitbeaker/rest').MergeRequests>;
type Users = InstanceType<typeof import('@gitbeaker/rest').Users>;

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const maxTitle = 255;
const maxDescription = 1_000_000;
const descriptionOf = (text: string): string => withoutQuickActions(cutText(text, maxDescription));

/** Merge requests of a GitLab project (specification 7.16). */
export class Gitlab implements Forge {
  readonly kind = 'gitlab';
  readonly #options: GitlabOptions;

  constructor(options: GitlabOptions) {
    this.#options = options;
  }

  async find(branch: string): Promise<ChangeRequest | undefined> {
    const rows = await this.#rows({ sourceBranch: branch });
    return rows.filter((row) => row.source_branch === branch).map(requestOf)[0];
  }

  async open(request: NewChangeRequest): Promise<OpenedRequest> {
    const problems: Problem[] = [];
    const assigneeId = await this.#assigneeId(request.assignee, problems);
    const { branch, target, title, description, labels } = request;
    const call = this.#call();
    try {
      const row = await call.run(async (fetch) => {
        const { requests } = await this.#clients(fetch);
        const made = await requests.create(
          this.#options.projectId,
          branch,
          target,
          cutText(title, maxTitle),
          {
            description: descriptionOf(description),
            labels: labels.join(','),
            removeSourceBranch: true,
            ...(assigneeId === undefined ? {} : { assigneeId }),
          },
        );
        return asRow(made);
      });
      return { ...requestOf(row), problems };
    } catch (error) {
      return await openedBefore(this, branch, { call, error });
    }
  }

  async update(id: number, changes: { title?: string; description?: string }): Promise<void> {
    const { title, description } = changes;
    await this.#call().run(async (fetch) => {
      const { requests } = await this.#clients(fetch);
      await requests.edit(this.#options.projectId, id, {
        ...(title === undefined ? {} : { title: cutText(title, maxTitle) }),
        ...(description === undefined ? {} : { description: descriptionOf(description) }),
      });
    });
  }

  async listOpen(prefix: string): Promise<readonly ChangeRequest[]> {
    const rows = await this.#rows({});
    return rows.filter((row) => row.source_branch.startsWith(prefix)).map(requestOf);
  }

  /** Open requests that come from the project itself; a fork may have a branch of the same name. */
  #rows(query: { readonly sourceBranch?: string }): Promise<readonly MergeRequestRow[]> {
    return this.#call().run(async (fetch) => {
      const { requests } = await this.#clients(fetch);
      const { projectId } = this.#options;
      const found = await requests.all({ projectId, state: 'opened', perPage: 100, ...query });
      const rows = (found as readonly unknown[]).map(asRow);
      return rows.filter((row) => row.source_project_id === row.target_project_id);
    });
  }

  async #assigneeId(name: string | undefined, problems: Problem[]): Promise<number | undefined> {
    if (name === undefined) return undefined;
    const users = await this.#call().run(async (fetch) => {
      const found = await (await this.#clients(fetch)).users.all({ username: name });
      return found as readonly { readonly id?: unknown }[];
    });
    const id = users[0]?.id;
    if (typeof id === 'number') return id;
    problems.push(problem('FRG005', { what: `nobody at GitLab is called '${name}'` }));
    return undefined;
  }

  #call(): ForgeCall {
    return new ForgeCall(this.#options);
  }

  /** The library's resources with a requester of ours in place of its own, which repeats without pauses. */
  async #clients(fetch: ForgeCall['fetch']): Promise<{ readonly requests: Requests; readonly users: Users }> {
    const { MergeRequests, Users } = await import('@gitbeaker/rest');
    const { apiUrl, token } = this.#options;
    const base = apiUrl.replace(/\/+$/, '');
    const refuse = (): Promise<never> => Promise.reject(new Error('this is not done here'));
    const options = {
      host: base,
      token,
      queryTimeout: null,
      requesterFn: (service: { readonly authHeaders: Record<string, () => Promise<string>> }) => {
        const ask =
          (method: string) =>
          async (endpoint: string, given?: { readonly body?: unknown; readonly searchParams?: Query }) => {
            const headers: Record<string, string> = { accept: 'application/json' };
            for (const [name, value] of Object.entries(service.authHeaders)) headers[name] = await value();
            const body = bodyOf(given?.body as Query | undefined);
            if (body !== undefined) headers['content-type'] = 'application/json';
            const url = `${base}/${endpoint}${queryOf(given?.searchParams ?? {})}`;
            const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
            const link = response.headers.get('link') ?? '';
            return { body: (await response.json()) as never, headers: { link }, status: response.status };
          };
        return { get: ask('GET'), post: ask('POST'), put: ask('PUT'), patch: refuse, delete: refuse };
      },
    };
    return { requests: new MergeRequests(options), users: new Users(options) };
  }
}

function queryOf(query: Query): string {
  const fields = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[snake(name), String(value)]],
  );
  return fields.length === 0 ? '' : `?${new URLSearchParams(fields)}`;
}

function bodyOf(body: Query | undefined): string | undefined {
  if (body === undefined) return undefined;
  return JSON.stringify(
    Object.fromEntries(Object.entries(body).map(([name, value]) => [snake(name), value])),
  );
}

function asRow(value: unknown): MergeRequestRow {
  const row = value as Partial<MergeRequestRow> | null;
  if (typeof row?.iid !== 'number' || typeof row.source_branch !== 'string') {
    throw new Error('no merge request is in the answer');
  }
  return row as MergeRequestRow;
}

const requestOf = (row: MergeRequestRow): ChangeRequest => ({
  id: row.iid,
  url: row.web_url,
  title: row.title,
  branch: row.source_branch,
  state: 'open',
});
