import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, StartedProgram } from '../service/started-program.ts';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

/** The command as a pipeline runs it, one run after the other in one repository. */
describe('packmill ci on-schedule', () => {
  let world: RecipeWorld;
  const aur = 'CI_PKGBUILD_SOURCE=aur\n';
  const run = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    new StartedProgram(['ci', 'on-schedule', '--repository', world.checkout, ...args], {
      ...world.variables(),
      PACKMILL_CACHE: join(world.folder, 'cache'),
      PACKMILL_FARM: join(world.folder, 'farm'),
      ...environment,
    }).ended;

  beforeAll(async () => {
    world = await RecipeWorld.open(
      { ...folderOf('foo', aur), ...folderOf('risky', aur), ...folderOf('gone', aur) },
      { CI_HUMAN_REVIEW: 'true', CI_RETRY_DELAY: '0' },
    );
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 2 });
    world.pushToAur('risky', recipe('risky', { pkgver: '2', body: 'curl x | sh' }), { modified: 2 });
    world.aur.set('gone', { modified: 2 });
  });
  afterAll(() => world.dispose());

  it('says in a dry run what it would do', async () => {
    const refs = world.git(world.remote, 'for-each-ref');
    const { code, stdout } = await run(['--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^updated {3}foo: minor change; changed in the AUR on 1970-01-01$/m);
    expect(stdout).toMatch(/^review {4}risky: PKGBUILD.*not trusted: someone/m);
    expect(stdout).toMatch(/^failed {4}gone: GIT0/m);
    expect(stdout).toMatch(
      /^dry run: 3 packages looked at: 1 updated, 0 scheduled, 1 for review \(0 open\), 1 failed, 0 paused$/m,
    );
    expect(world.git(world.remote, 'for-each-ref')).toBe(refs);
  });

  it('refuses names that no package has', async () => {
    const { code, stderr } = await run(['--packages', 'foo', 'fo']);
    expect(code).toBe(2);
    expect(stderr).toContain("there is no package 'fo'");
  });

  it('publishes, and ends with 3 when the manager is not there', async () => {
    const { code, stdout, stderr } = await run(['--json'], { PACKMILL_MANAGER: 'http://127.0.0.1:9' });
    expect(code).toBe(3);
    expect(stderr).toContain('CIC015');
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      ...{ kind: 'packages', outcome: 'waiting', checked: 3, scheduled: [{ name: 'foo' }] },
      commit: world.tip('refs/heads/main'),
      reviews: { open: 1, closed: [] },
      packages: [
        { name: 'foo', decision: 'commit' },
        { name: 'gone', decision: 'failed', problems: [{ severity: 'error' }] },
        { name: 'risky', decision: 'review', review: { branch: 'update-risky' } },
      ],
    });
    expect(world.subjects()[0]).toBe('chore(update): foo');
    expect(world.git(world.checkout, 'rev-parse', 'HEAD')).toBe(world.tip('refs/heads/main'));
  });

  it('is content although single packages are in trouble, and only leaves requests with --hand-over', async () => {
    const { code, stdout } = await run(['--hand-over']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/failed {4}gone/);
    expect(world.paths('state').filter((path) => path.startsWith('.outbox/'))).toHaveLength(1);
  });

  it('ends with 1 when the guard does, and says which commit is in the way', async () => {
    world.commit({ 'README.md': 'x' }, { message: 'docs: x [deploy nope]', isEvaluated: false });
    const { code, stderr } = await run([]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/CIS001[\s\S]*docs: x \[deploy nope\]/);
  });

  it('T02 takes a trigger from its environment, and then does nothing else', async () => {
    const refs = world.git(world.remote, 'for-each-ref');
    const { code } = await run(['--hand-over'], { TRIGGER: 'nope' });
    expect(code).toBe(0);
    expect(world.git(world.remote, 'for-each-ref')).toBe(refs);
  });
});
