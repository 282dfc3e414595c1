import { afterEach, describe, expect, it } from 'vitest';
import { sendJson } from '../fetcher/far-server.ts';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const aur = 'CI_PKGBUILD_SOURCE=aur\n';

describe('recipes from a tag of GitLab', () => {
  const sources = ['https://gitlab.com/g/demo/-/archive/old/demo-old.tar.gz'];
  const tag = (name: string) => [{ name, commit: { web_url: 'https://gitlab.com/g/demo/-/commit/abc' } }];

  it('U01 get its version, its commit and its archive', async () => {
    const wishes = { pkgver: '1.0.0', pkgrel: '3', sources, lines: ["_commit='old'"] };
    world = await RecipeWorld.open(folderOf('demo', 'CI_PKGBUILD_SOURCE=gitlab:42\n', wishes));
    world.answers.set('/api/v4/projects/42/repository/tags', (_request, response) =>
      sendJson(response, tag('1.1.0')),
    );
    const { delivered } = await world.run();
    expect(delivered).toEqual(['demo']);
    const text = world.show('main', 'demo/PKGBUILD');
    expect(text).toContain("pkgver=1.1.0\n_commit='abc'\npkgrel=1\n");
    const commit = '$'.concat('{_commit}');
    expect(text).toContain(`"https://gitlab.com/g/demo/-/archive/${commit}/demo-${commit}.tar.gz"`);
    expect(world.show('main', 'demo/.SRCINFO')).toContain(
      'source = https://gitlab.com/g/demo/-/archive/abc/demo-abc.tar.gz',
    );
  });

  it.each([
    ['has the version already', tag('1.0.0'), 200, undefined],
    ['has no tag', [], 200, 'UPS010'],
    ['is in trouble', 'oops', 500, 'FET007'],
    ['answers with a page', '<!doctype html><title>Sign in</title>', 200, 'FET009'],
    ['wants fewer questions', '', 429, 'FET006'],
  ])('U02 stay as they are when the project %s', async (_what, body, status, code) => {
    world = await RecipeWorld.open({
      ...folderOf('demo', 'CI_PKGBUILD_SOURCE=gitlab:42\n', { pkgver: '1.0.0', sources }),
      ...folderOf('foo', aur),
    });
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 2 });
    world.answers.set('/api/v4/projects/42/repository/tags', (_request, response) => {
      if (typeof body === 'string') response.writeHead(status, { 'content-type': 'text/html' }).end(body);
      else sendJson(response, body, status);
    });
    const { report, delivered } = await world.run();
    expect(delivered).toEqual(['foo']);
    expect(report.packages[0]?.problems.map((found) => found.code)).toEqual(code ? [code] : []);
    expect(world.checks()['demo']?.['error']).toEqual(code && expect.objectContaining({ code }));
  });
});

describe('recipes from elsewhere', () => {
  it('U03 are warned about when they do not say where, and left alone when they are written here', async () => {
    world = await RecipeWorld.open({
      ...folderOf('a', 'BUILDER_CLASS=5\n'),
      ...folderOf('b', 'CI_PKGBUILD_SOURCE=custom\n'),
      ...folderOf('c', undefined),
    });
    const { report } = await world.run();
    expect(report.packages.map(({ problems }) => problems.map(({ code }) => code))).toEqual([
      ['CIS003'],
      [],
      [],
    ]);
  });

  it('come from any git repository, and are cloned only when it moved', async () => {
    world = await RecipeWorld.open();
    world.pushUpstream('recipes/foo', recipe('foo'));
    world.commit(folderOf('foo', `CI_PKGBUILD_SOURCE=${world.urlOf('recipes/foo')}\n`));
    await world.run();
    const commit = world.pushUpstream('recipes/foo', recipe('foo', { pkgver: '2' }));
    const { delivered } = await world.run();
    expect(delivered).toEqual(['foo']);
    expect(world.show('state', 'foo')).toBe(`CI_PKGBUILD_COMMIT=${commit}\n`);
    const moved = world.pushUpstream('recipes/foo', { README: 'x' });
    expect((await world.run()).delivered).toEqual([]);
    expect(world.show('state', 'foo')).toBe(`CI_PKGBUILD_COMMIT=${moved}\n`);
  });
});
