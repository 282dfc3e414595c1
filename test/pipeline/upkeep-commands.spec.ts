import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type AurServer, startAurServer } from './aur-server.ts';
import { RecipeWorld } from './recipe-world.ts';
import { packmillProgram, runPackmill as run } from './run-packmill.ts';
import { git, gitEnvironment, pkgbuild, srcinfo, UpkeepScene } from './upkeep-scene.ts';

let scene: UpkeepScene | undefined;
let aur: AurServer | undefined;

afterEach(async () => {
  await scene?.dispose();
  await aur?.dispose();
  scene = undefined;
  aur = undefined;
});

const managed = (pushUrl: string) => ({
  '.ci/config': `CI_MANAGE_AUR=true\nCI_AUR_PUSH_URL=${pushUrl}\n`,
  'foo/PKGBUILD': pkgbuild('foo'),
  'foo/.SRCINFO': srcinfo('foo'),
  'foo/.CI/config': 'CI_PKGBUILD_SOURCE=custom\nCI_MANAGE_AUR=true\n',
});

describe('packmill ci manage-aur', () => {
  it('uploads, tells what it did, and refuses names that no package has', async () => {
    aur = await startAurServer();
    scene = new UpkeepScene(managed(aur.pushUrl));
    const first = await run(scene.checkout, ['ci', 'manage-aur'], { AUR_KEY: aur.key });
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(/^uploaded foo [0-9a-f]{12}\n$/)]);
    const second = await run(scene.checkout, ['--json', 'ci', 'manage-aur', 'foo'], { AUR_KEY: aur.key });
    expect(JSON.parse(second.out)).toMatchObject({ unchanged: ['foo'], pushed: [], failed: [] });
    expect(await run(scene.checkout, ['ci', 'manage-aur', 'fooo'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('CIC007'),
    });
    const bare = await run(scene.checkout, ['ci', 'manage-aur', 'foo']);
    expect([bare.code, bare.out]).toEqual([0, 'skipped foo\n']);
    expect(first.err + second.err).not.toContain('PRIVATE KEY');
  });

  it('happens by itself after a push was evaluated', async () => {
    aur = await startAurServer();
    scene = new UpkeepScene(managed(aur.pushUrl));
    const ended = await run(scene.checkout, ['ci', 'on-commit', '--hand-over'], { AUR_KEY: aur.key });
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining("AUR: 'foo' is uploaded") });
    expect(aur.files('foo')).toEqual(['.SRCINFO', 'PKGBUILD']);
    expect(git(scene.remote, 'ls-tree', '-r', '--name-only', 'state')).toContain('.outbox/');
  });
});

describe('uploads of a regular run', () => {
  let world: RecipeWorld | undefined;
  afterEach(() => world?.dispose());

  it('are of the commit that is scheduled, also when the checkout is older (specification 7.15)', async () => {
    aur = await startAurServer();
    world = await RecipeWorld.open({}, { CI_MANAGE_AUR: 'true', CI_AUR_PUSH_URL: aur.pushUrl });
    world.pushUpstream('up', { x: '1' });
    const text = (comment: string): string => `# ${comment}\n${pkgbuild('foo-git')}`;
    world.commit({
      'foo-git/PKGBUILD': text('old'),
      'foo-git/.SRCINFO': srcinfo('foo-git', [`source = git+${world.urlOf('up')}`]),
      'foo-git/.CI/config': 'CI_PKGBUILD_SOURCE=custom\nCI_MANAGE_AUR=true\n',
    });
    await world.run();
    world.pushUpstream('up', { x: '2' });
    world.commit({ 'foo-git/PKGBUILD': text('new') });
    const old = git(world.checkout, 'rev-parse', 'HEAD');
    const ended = await run(world.checkout, ['ci', 'on-schedule', '--hand-over'], {
      ...world.variables(),
      AUR_KEY: aur.key,
    });
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining("AUR: 'foo-git' is uploaded") });
    expect(git(world.checkout, 'rev-parse', 'HEAD')).toBe(old);
    expect(git(aur.repository('foo-git'), 'show', 'master:PKGBUILD')).toMatch(/^# new\n/);
  });
});

describe('an upload to an AUR that says nothing', () => {
  it('leaves no key behind when it is ended', async () => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = createServer(() => asked());
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    scene = new UpkeepScene(managed(`ssh://aur@127.0.0.1:${port}/{pkgbase}.git`));
    const temporary = join(scene.folder, 'tmp');
    mkdirSync(temporary);
    const child = spawn(process.execPath, [packmillProgram, 'ci', 'manage-aur'], {
      cwd: scene.checkout,
      env: { ...gitEnvironment, HOME: scene.folder, TMPDIR: temporary, AUR_KEY: 'a key' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr.on('data', (bytes) => {
      words += String(bytes);
    });
    const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
    await isAsked;
    const [folder = ''] = readdirSync(temporary);
    expect(statSync(join(temporary, folder, 'key')).mode & 0o777).toBe(0o600);
    child.kill('SIGTERM');
    expect([await ended, words.includes('CIU004')]).toEqual([3, true]);
    expect(readdirSync(temporary)).toEqual([]);
    server.close();
  });
});

describe('packmill ci update-template', () => {
  it('tells what it took over', async () => {
    scene = new UpkeepScene({ 'foo/PKGBUILD': pkgbuild('foo') });
    const template = join(scene.folder, 'template');
    git(scene.folder, 'init', '--quiet', '--initial-branch=main', template);
    mkdirSync(join(template, '.ci'));
    writeFileSync(join(template, '.ci/packmill.yml'), 'variables: {}\n');
    git(template, 'add', '--all');
    git(template, 'commit', '--quiet', '--message', 'x');
    scene.commit({ '.ci/config': `TEMPLATE_REPO=${template}\n` });
    const refused = await run(scene.checkout, ['ci', 'update-template']);
    expect([refused.code, refused.out, refused.err.includes('CIU010')]).toEqual([0, '', true]);
    scene.commit({
      '.ci/config': `TEMPLATE_REPO=${template}\nTEMPLATE_PIN=${git(template, 'rev-parse', 'HEAD')}\n`,
    });
    const done = await run(scene.checkout, ['ci', 'update-template']);
    expect([done.code, done.out]).toEqual([0, 'written .ci/packmill.yml\n']);
  });
});

describe('packmill ci commits', () => {
  it('judges each message of a range, and a message that is being written', async () => {
    scene = new UpkeepScene({ 'foo/PKGBUILD': '1' });
    const start = git(scene.checkout, 'rev-parse', 'HEAD');
    scene.commit({ 'foo/PKGBUILD': '2' }, 'fix(foo): depend on bar');
    expect((await run(scene.checkout, ['ci', 'commits', `${start}..HEAD`])).code).toBe(0);
    scene.commit({ 'foo/PKGBUILD': '3' }, 'Update.');
    const bad = await run(scene.checkout, ['ci', 'commits', `${start}..`]);
    expect([bad.code, bad.err.match(/error CIU030/g)]).toEqual([1, ['error CIU030']]);
    const file = join(scene.folder, 'message');
    writeFileSync(file, '# a comment\nfeat(foo): init\n');
    expect((await run(scene.checkout, ['ci', 'commits', '--message', file])).code).toBe(0);
    expect(await run(scene.checkout, ['ci', 'commits', 'nope..HEAD'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('CIU031'),
    });
  });
});
