import { isFault, type Problem, problem } from '../diagnostics/index.ts';
import type { ChangeRequest, Forge, NewChangeRequest, OpenedRequest } from './forge.ts';
import { ForgeCall, type ForgeCallOptions } from './forge-call.ts';
import { openedBefore } from './opened-before.ts';
import { cutText } from './texts.ts';

export interface GithubOptions extends ForgeCallOptions {
  /** As GITHUB_API_URL: `https://api.github.com`. */
  readonly apiUrl: string;
  readonly owner: string;
  readonly repo: string;
}

interface PullRow {
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly head: { readonly ref: string; readonly repo: { readonly full_name: string } | null };
}

type Fields = Readonly<Record<string, unknown>>;

const perPage = 100;
/** More pages than GitHub can have open requests worth reading. */
const maxPages = 100;
const maxTitle = 255;
const maxBody = 65_000;

/** Pull requests of a GitHub repository (specification 7.16). */
export class Github implements Forge {
  readonly kind = 'github';
  readonly #options: GithubOptions;

  constructor(options: GithubOptions) {
    this.#options = options;
  }

  async find(branch: string): Promise<ChangeRequest | undefined> {
    const rows = await this.#page({ head: `${this.#options.owner}:${branch}` });
    return this.#own(rows).find((request) => request.branch === branch);
  }

  async open(request: NewChangeRequest): Promise<OpenedRequest> {
    const call = new ForgeCall(this.#options);
    const { branch, target, title, description } = request;
    try {
      const row = asRow(
        await this.#ask(call, 'POST /repos/{owner}/{repo}/pulls', {
          ...{
            head: branch,
            base: target,
            title: cutText(title, maxTitle),
            body: cutText(description, maxBody),
          },
          maintainer_can_modify: true,
        }),
      );
      return { ...requestOf(row), problems: await this.#dress(row.number, request) };
    } catch (error) {
      return await openedBefore(this, branch, { call, error });
    }
  }

  async update(id: number, changes: { title?: string; description?: string }): Promise<void> {
    const { title, description } = changes;
    await this.#ask(new ForgeCall(this.#options), 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      pull_number: id,
      ...(title === undefined ? {} : { title: cutText(title, maxTitle) }),
      ...(description === undefined ? {} : { body: cutText(description, maxBody) }),
    });
  }

  async listOpen(prefix: string): Promise<readonly ChangeRequest[]> {
    const found: ChangeRequest[] = [];
    for (let page = 1; page <= maxPages; page += 1) {
      const rows = await this.#page({ page });
      found.push(...this.#own(rows).filter(({ branch }) => branch.startsWith(prefix)));
      if (rows.length < perPage) break;
    }
    return found;
  }

  /** Labels and people go by the request's issue. The request is open then, so what fails is only told. */
  async #dress(id: number, { labels, assignee }: NewChangeRequest): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const attempt = async (what: string, work: () => Promise<boolean>): Promise<void> => {
      try {
        if (!(await work())) problems.push(problem('FRG005', { what }));
      } catch (error) {
        if (!isFault(error)) throw error;
        problems.push(problem('FRG005', { what, why: error.problem.why ?? error.problem.what }));
      }
    };
    const issue = { issue_number: id };
    if (labels.length > 0) {
      await attempt(`pull request ${id} gets no labels`, async () => {
        const call = new ForgeCall(this.#options);
        await this.#ask(call, 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels', {
          ...issue,
          labels,
        });
        return true;
      });
    }
    if (assignee !== undefined) {
      await attempt(`'${assignee}' cannot be assigned to pull request ${id}`, async () => {
        const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees';
        const call = new ForgeCall(this.#options);
        const answer = await this.#ask(call, route, { ...issue, assignees: [assignee] });
        // GitHub leaves out whom it does not know and calls that a success.
        const people = (answer as { assignees?: readonly { login?: string }[] }).assignees ?? [];
        return people.some(({ login }) => login?.toLowerCase() === assignee.toLowerCase());
      });
    }
    return problems;
  }

  async #page(query: Fields): Promise<readonly PullRow[]> {
    const route = 'GET /repos/{owner}/{repo}/pulls';
    const call = new ForgeCall(this.#options);
    return await this.#ask(call, route, { state: 'open', per_page: perPage, ...query }, (data) =>
      (data as readonly unknown[]).map(asRow),
    );
  }

  /** Those that come from the repository itself; a fork may have a branch of the same name. */
  #own(rows: readonly PullRow[]): readonly ChangeRequest[] {
    const whole = `${this.#options.owner}/${this.#options.repo}`.toLowerCase();
    return rows.filter(({ head }) => head.repo?.full_name.toLowerCase() === whole).map(requestOf);
  }

  #ask(call: ForgeCall, route: string, fields: Fields): Promise<unknown>;
  #ask<Value>(call: ForgeCall, route: string, fields: Fields, read: (data: unknown) => Value): Promise<Value>;
  #ask(
    call: ForgeCall,
    route: string,
    fields: Fields,
    read = (data: unknown): unknown => data,
  ): Promise<unknown> {
    const { apiUrl, owner, repo, token } = this.#options;
    return call.run(async (fetch) => {
      const { request } = await import('@octokit/request');
      const answer = await request(route, {
        ...{ owner, repo, ...fields },
        baseUrl: apiUrl.replace(/\/+$/, ''),
        headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
        request: { fetch, log: { warn: () => {} } },
      });
      return read(answer.data);
    });
  }
}

function asRow(value: unknown): PullRow {
  const row = value as Partial<PullRow> | null;
  if (typeof row?.number !== 'number' || typeof row.head?.ref !== 'string') {
    throw new Error('no pull request is in the answer');
  }
  return row as PullRow;
}

const requestOf = (row: PullRow): ChangeRequest => ({
  id: row.number,
  url: row.html_url,
  title: row.title,
  branch: row.head.ref,
  state: 'open',
});
