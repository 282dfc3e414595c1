import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Fetcher } from '../../src/fetcher/index.ts';
import { branchKey } from '../../src/formats/pkgbuild-repo/index.ts';
import { branchHeads } from '../../src/upstream/index.ts';
import { type Answer, farServer, highest, JumpingClock } from '../fetcher/far-server.ts';
import { GitHttpServer } from '../git/http-backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-git-http-'));
const opened: { close(): unknown }[] = [];
const backend = new GitHttpServer(folder);
let url = '';

const git = (repository: string, ...args: readonly string[]): string =>
  execFileSync(
    'git',
    ['-C', join(folder, repository), '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  ).trim();

beforeAll(async () => {
  url = await backend.listen();
  for (const [name, format] of [
    ['one.git', 'sha1'],
    ['two.git', 'sha1'],
    ['long.git', 'sha256'],
  ] as const) {
    mkdirSync(join(folder, name));
    git(name, 'init', '--quiet', '--initial-branch=main', `--object-format=${format}`);
    for (const branch of ['main', 'a/dev', 'dev', 'dev-2']) {
      if (branch !== 'main') git(name, 'checkout', '--quiet', '-b', branch);
      git(name, 'commit', '--quiet', '--allow-empty', '--message', `${name} ${branch}`);
    }
    git(name, 'checkout', '--quiet', 'main');
  }
  mkdirSync(join(folder, 'empty.git'));
  git('empty.git', 'init', '--quiet', '--initial-branch=main');
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await backend.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks for refs of repositories, and how many processes of git that took. */
async function ask(base: string, wanted: Readonly<Record<string, readonly string[]>>) {
  const log = join(folder, `trace-${opened.length}-${Math.random()}`);
  const configFile = `${log}.config`;
  writeFileSync(configFile, `[trace2]\n\teventTarget = ${log}\n`);
  writeFileSync(log, '');
  const fetcher = new Fetcher({ clock: new JumpingClock(), random: highest, proxies: {} });
  opened.push(fetcher);
  const branches = Object.entries(wanted).flatMap(([name, refs]) =>
    refs.map((ref) => ({ url: `${base}/${name}`, ref })),
  );
  const heads = await branchHeads(branches, { configFile, fetcher });
  const answers = branches.map((branch) => {
    const answer = heads.get(branchKey(branch));
    return answer?.kind === 'commit' ? answer.commit : answer?.problem.code;
  });
  const processes = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /"event":"start".*ls-remote/.test(line));
  return { answers, processes: processes.length };
}

async function serve(answer: Answer): Promise<string> {
  const server = await farServer(answer);
  opened.push(server);
  return server.url;
}

describe('git servers over HTTP', () => {
  it('tell the commits of exactly the refs that are wanted, one request for each repository and no process', async () => {
    const before = backend.seen.length;
    const refs = ['HEAD', 'refs/heads/dev', 'refs/heads/gone'];
    const { answers, processes } = await ask(url, { 'one.git': refs, 'two.git': refs });
    expect(answers).toEqual(
      ['one.git', 'two.git'].flatMap((name) => [
        git(name, 'rev-parse', 'main'),
        git(name, 'rev-parse', 'dev'),
        'UPS040',
      ]),
    );
    expect(processes).toBe(0);
    expect(backend.seen.length - before).toBe(2);
  });

  it('tell nothing of a repository without a commit', async () => {
    expect(await ask(url, { 'empty.git': ['HEAD'] })).toEqual({ answers: ['UPS040'], processes: 0 });
  });

  it('are asked by git where there is no such repository, or ids are longer', async () => {
    const { answers, processes } = await ask(url, { 'none.git': ['HEAD'], 'long.git': ['HEAD'] });
    expect(answers).toEqual(['UPS040', git('long.git', 'rev-parse', 'main')]);
    expect(processes).toBe(2);
  });

  it('that only have files are asked by git, after the first one without a detour', async () => {
    for (const name of ['one.git', 'two.git']) git(name, 'update-server-info');
    let posts = 0;
    const base = await serve((request, response) => {
      if (request.method === 'POST') posts += 1;
      const [, name = '', path = ''] = /^\/([^/]+)\/([^?]*)/.exec(request.url ?? '') ?? [];
      const file = join(folder, name, '.git', path);
      const bytes = statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    const { answers, processes } = await ask(base, { 'one.git': ['HEAD'], 'two.git': ['HEAD'] });
    expect(answers).toEqual([git('one.git', 'rev-parse', 'main'), git('two.git', 'rev-parse', 'main')]);
    expect(processes).toBe(2);
    expect(posts).toBeLessThanOrEqual(2);
  });

  it.each([
    ['answers 503', (_request: unknown, response) => response.writeHead(503).end(), 'UPS041', 0],
    ['answers a page', (_request: unknown, response) => response.writeHead(200).end('<html>'), 'UPS040', 1],
    [
      'answers half a packet',
      (_request: unknown, response) =>
        response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' }).end('003f1111'),
      'UPS040',
      1,
    ],
  ] satisfies readonly (readonly [string, Answer, string, number])[])(
    'is told of when it %s',
    async (_title, answer, code, processes) => {
      const base = await serve(answer);
      expect(await ask(base, { 'one.git': ['HEAD'] })).toEqual({ answers: [code], processes });
    },
  );

  it('take turns, so that nobody waits for the pause of one server while others have time', async () => {
    const asked: number[] = [];
    const answer =
      (server: number): Answer =>
      (_request, response) => {
        asked.push(server);
        response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' }).end('0000');
      };
    const bases = [await serve(answer(0)), await serve(answer(1)), await serve(answer(2))];
    const fetcher = new Fetcher({ clock: new JumpingClock(), random: highest, proxies: {} });
    opened.push(fetcher);
    const branches = bases.flatMap((base) =>
      ['one.git', 'two.git', 'three.git'].map((name) => ({ url: `${base}/${name}`, ref: 'HEAD' })),
    );
    await branchHeads(branches, { configFile: join(folder, 'none.config'), fetcher, parallel: 1 });
    expect(asked).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('are found where they moved to', async () => {
    const base = await serve((request, response) =>
      response.writeHead(301, { location: `${url}${request.url}` }).end(),
    );
    expect(await ask(base, { 'one.git': ['HEAD'] })).toEqual({
      answers: [git('one.git', 'rev-parse', 'main')],
      processes: 0,
    });
  });
});
