import { join } from 'node:path';
import { digestBytes, ensureFolder, machine, replaceFile, runProcess } from '../../../host/index.ts';
import { sshKeysOf, type TemplatePin } from './template-pin.ts';

export interface SignedCommit {
  /** The repository that has the commit. */
  readonly folder: string;
  readonly commit: string;
  /** `.ci/template-signers`: public keys, OpenPGP in armour, ssh one a line. */
  readonly signers: string;
  /** An empty folder for keys, kept apart from the user's own. */
  readonly scratch: string;
}

const timeoutMs = 60_000;

/**
 * Whether a commit has a good signature by the pinned key. Returns why not, undefined when it has. The trust that the
 * machine's own key rings express does not count. Throws SYS001 without gpg(1) or ssh-keygen(1).
 */
export async function signatureTrouble(
  pin: Exclude<TemplatePin, { readonly kind: 'commit' }>,
  signed: SignedCommit,
): Promise<string | undefined> {
  return pin.kind === 'gpg'
    ? await gpgTrouble(pin.fingerprint, signed)
    : await sshTrouble(pin.fingerprint, signed);
}

async function gpgTrouble(fingerprint: string, signed: SignedCommit): Promise<string | undefined> {
  const home = join(signed.scratch, 'gnupg');
  ensureFolder(home, 0o700);
  const armours = signed.signers.match(
    /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g,
  );
  if (!armours) return "'.ci/template-signers' has no OpenPGP key";
  // else newer versions keep keys with a program of their own that would have to be started
  replaceFile(join(home, 'common.conf'), '', 0o600);
  const words = ['--batch', '--no-autostart', '--homedir', home, '--quiet', '--import'];
  await runProcess('gpg', words, { input: `${armours.join('\n')}\n`, timeoutMs, env: environment(home) });
  const printed = await verify(signed, ['gpg.program=gpg', 'gpg.minTrustLevel=undefined'], environment(home));
  const status = printed.split('\n').filter((line) => line.startsWith('[GNUPG:] '));
  const said = (word: string): string | undefined =>
    status.find((line) => line.startsWith(`[GNUPG:] ${word} `));
  const valid = said('VALIDSIG')?.split(' ') ?? [];
  // of a subkey's signature the first is the subkey, the last the key that people know
  const keys = [valid[2], valid.at(-1)].map((key) => key?.toUpperCase());
  if (said('GOODSIG') && keys.includes(fingerprint)) return undefined;
  if (said('GOODSIG')) return `it is signed by ${valid.at(-1)}`;
  if (said('NO_PUBKEY')) return "it is signed by a key that is not in '.ci/template-signers'";
  if (said('EXPKEYSIG') || said('EXPSIG')) return 'its signature or the key has expired';
  if (said('REVKEYSIG')) return 'the key of its signature is revoked';
  if (said('BADSIG')) return 'its signature is wrong';
  return 'it has no OpenPGP signature';
}

async function sshTrouble(fingerprint: string, signed: SignedCommit): Promise<string | undefined> {
  const pinned = sshKeysOf(signed.signers).filter(({ base64 }) => fingerprintOf(base64) === fingerprint);
  if (pinned.length === 0) return `'.ci/template-signers' has no ssh key ${fingerprint}`;
  const file = join(signed.scratch, 'allowed-signers');
  // only the pinned key is in it, so that whatever verifies is signed by it
  const lines = pinned.map(({ type, base64 }) => `template namespaces="git" ${type} ${base64}\n`);
  replaceFile(file, lines.join(''), 0o600);
  const settings = [`gpg.ssh.allowedSignersFile=${file}`, 'gpg.ssh.program=ssh-keygen'];
  const printed = await verify(signed, settings, environment(signed.scratch));
  if (/^Good "git" signature for template with /m.test(printed)) return undefined;
  if (/No principal matched|Could not verify signature|incorrect signature/i.test(printed)) {
    return 'it is not signed by the pinned key';
  }
  return 'it has no ssh signature';
}

function fingerprintOf(base64: string): string {
  const digest = Buffer.from(digestBytes(Buffer.from(base64, 'base64')), 'hex');
  return `SHA256:${digest.toString('base64').replace(/=+$/, '')}`;
}

/** What git and the program that it asks print; empty for a commit without signature. The exit code counts too. */
async function verify(
  { folder, commit }: SignedCommit,
  settings: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const words = settings.flatMap((one) => ['-c', one]);
  const result = await runProcess('git', [...words, 'verify-commit', '--raw', commit], {
    cwd: folder,
    env,
    timeoutMs,
  });
  const printed = `${result.stdout}\n${result.stderr}`;
  return result.code === 0
    ? printed
    : printed.replaceAll(/^(?:\[GNUPG:\] GOODSIG|Good "git" signature)/gm, '-');
}

/** No settings and key rings but ours. */
const environment = (home: string): Readonly<Record<string, string>> => ({
  PATH: machine.variable('PATH') ?? '/usr/bin:/bin',
  HOME: home,
  GNUPGHOME: home,
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
});
