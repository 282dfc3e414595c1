import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An open request as the service keeps it. */
export interface Kept {
  readonly id: number;
  title: string;
  description: string;
  readonly branch: string;
  readonly target: string;
  readonly isFork?: boolean;
  labels: readonly string[];
  assignees: readonly unknown[];
}

/** What both services have in common: a real HTTP server, a token, pages, and answers that are given first. */
abstract class LoopbackForge {
  readonly heard: Heard[] = [];
  readonly kept: Kept[] = [];
  /** Answers that are given before the service does anything, first in, first out; undefined lets one pass. */
  readonly first: (Reply | 'break' | undefined)[] = [];
  readonly token = 'forge-t0ken';
  #server: Server | undefined;
  url = '';

  async listen(): Promise<void> {
    const server = createServer(async (request, response) => {
      const heard = await this.#hear(request);
      this.heard.push(heard);
      const early = this.first.shift();
      if (early === 'break') return void response.destroy();
      const {
        status,
        body = {},
        headers = {},
      } = early ??
      (this.isKnown(heard.headers)
        ? this.answer(heard)
        : { status: 401, body: { message: '401 Unauthorized' } });
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
      response.end(isText ? body : JSON.stringify(body));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }

  /** Opens a request behind everybody's back. */
  keep(branch: string, isFork = false): Kept {
    const id = this.kept.length + 1;
    const kept = {
      id,
      branch,
      isFork,
      title: branch,
      description: '',
      target: 'main',
      labels: [],
      assignees: [],
    };
    this.kept.push(kept);
    return kept;
  }

  abstract answer(heard: Heard): Reply;
  abstract isKnown(headers: IncomingHttpHeaders): boolean;

  /** A page of rows and the address of the next one. */
  protected paged(heard: Heard, rows: readonly unknown[]): Reply {
    const size = Math.min(100, Number(heard.url.searchParams.get('per_page') ?? 20));
    const page = Number(heard.url.searchParams.get('page') ?? 1);
    const next = new URL(heard.url);
    next.searchParams.set('page', String(page + 1));
    const link = rows.length > page * size ? { link: `<${next}>; rel="next"` } : undefined;
    return {
      status: 200,
      body: rows.slice((page - 1) * size, page * size),
      ...(link ? { headers: link } : {}),
    };
  }

  async #hear(request: IncomingMessage): Promise<Heard> {
    let text = '';
    for await (const piece of request) text += String(piece);
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const url = new URL(request.url ?? '/', this.url);
    return { method: request.method ?? '', url, headers: request.headers, body };
  }
}

/** The part of GitLab's API that deals with merge requests, for project 42. */
export class LoopbackGitlab extends LoopbackForge {
  /** Accounts by name. */
  readonly users = new Map([['reviewer', 7]]);

  get api(): string {
    return `${this.url}/api/v4`;
  }

  isKnown(headers: IncomingHttpHeaders): boolean {
    return headers['private-token'] === this.token;
  }

  answer(heard: Heard): Reply {
    const { method, url, body } = heard;
    if (url.pathname === '/api/v4/users') {
      const id = this.users.get(url.searchParams.get('username') ?? '');
      return { status: 200, body: id === undefined ? [] : [{ id }] };
    }
    const [, iid] = /^\/api\/v4\/projects\/42\/merge_requests(?:\/(\d+))?$/.exec(url.pathname) ?? ['none'];
    if (iid === 'none' || !url.pathname.startsWith('/api/v4/projects/42/')) {
      return { status: 404, body: { message: '404 Project Not Found' } };
    }
    if (method === 'GET') {
      const branch = url.searchParams.get('source_branch');
      const rows = this.kept.filter((one) => branch === null || one.branch === branch);
      return this.paged(heard, rows.map(gitlabRow));
    }
    if (method === 'PUT') {
      const kept = this.kept.find(({ id }) => id === Number(iid));
      if (!kept) return { status: 404, body: { message: '404 Not found' } };
      Object.assign(kept, body);
      return { status: 200, body: gitlabRow(kept) };
    }
    const branch = String(body['source_branch']);
    const other = this.kept.find((one) => one.branch === branch && !one.isFork);
    if (other) {
      const message = [`Another open merge request already exists for this source branch: !${other.id}`];
      return { status: 409, body: { message } };
    }
    const kept = this.keep(branch);
    const { title, description, labels, assignee_id: assignee } = body;
    Object.assign(kept, { title, description, labels: String(labels).split(',') });
    kept.assignees = assignee === undefined ? [] : [assignee];
    return { status: 201, body: gitlabRow(kept) };
  }
}

const gitlabRow = (kept: Kept): object => ({
  ...{ iid: kept.id, id: kept.id + 1_000, title: kept.title, state: 'opened', source_branch: kept.branch },
  web_url: `https://gitlab.example.org/r/-/merge_requests/${kept.id}`,
  // long, as real ones are: a hundred of them are more than a first glance takes in
  description: `${kept.description}${' '.repeat(2_000)}`,
  ...{ source_project_id: kept.isFork ? 43 : 42, target_project_id: 42 },
});

/** The part of GitHub's API that deals with pull requests, for the repository farm/recipes. */
export class LoopbackGithub extends LoopbackForge {
  /** Accounts as GitHub writes them, whatever case they are asked for in. */
  readonly people: readonly string[] = ['Reviewer'];

  isKnown(headers: IncomingHttpHeaders): boolean {
    return headers.authorization === `Bearer ${this.token}`;
  }

  answer(heard: Heard): Reply {
    const { method, url, body } = heard;
    const [, kind, number, part] =
      /^\/repos\/farm\/recipes\/(pulls|issues)(?:\/(\d+)(?:\/(labels|assignees))?)?$/.exec(url.pathname) ??
      [];
    const kept = this.kept.find(({ id }) => id === Number(number));
    if (kind === undefined || (number !== undefined && !kept)) {
      return { status: 404, body: { message: 'Not Found' } };
    }
    if (kept && part === 'labels') {
      kept.labels = body['labels'] as readonly string[];
      return { status: 200, body: [] };
    }
    if (kept && part === 'assignees') {
      const asked = (body['assignees'] as readonly string[]).map((name) => name.toLowerCase());
      const known = this.people.filter((name) => asked.includes(name.toLowerCase()));
      kept.assignees = known;
      return { status: 201, body: { assignees: known.map((login) => ({ login })) } };
    }
    if (kept && method === 'PATCH') {
      if (typeof body['title'] === 'string') kept.title = body['title'];
      if (typeof body['body'] === 'string') kept.description = body['body'];
      return { status: 200, body: githubRow(kept) };
    }
    if (method === 'GET') {
      const head = url.searchParams.get('head');
      const rows = this.kept.filter((one) => head === null || (!one.isFork && head === `farm:${one.branch}`));
      return this.paged(heard, rows.map(githubRow));
    }
    return this.#open(body);
  }

  #open(body: Heard['body']): Reply {
    const branch = String(body['head']);
    const refuse = (message: string): Reply => ({
      status: 422,
      body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }] },
    });
    if (branch === 'update-empty') return refuse('No commits between main and update-empty');
    if (this.kept.some((one) => one.branch === branch && !one.isFork)) {
      return refuse(`A pull request already exists for farm:${branch}.`);
    }
    const kept = this.keep(branch);
    Object.assign(kept, { title: body['title'], description: body['body'] });
    return { status: 201, body: githubRow(kept) };
  }
}

const githubRow = (kept: Kept): object => ({
  ...{ number: kept.id, id: kept.id + 1_000, title: kept.title, state: 'open' },
  html_url: `https://github.example.org/farm/recipes/pull/${kept.id}`,
  body: `${kept.description}${' '.repeat(2_000)}`,
  head: { ref: kept.branch, repo: { full_name: kept.isFork ? 'stranger/recipes' : 'farm/recipes' } },
});
