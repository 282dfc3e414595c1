import { isDecoder, isDownload, isInterpreter, isRegistryInstall, type PlainCall } from './call-names.ts';
import type { Moment } from './executed-actions.ts';

/** What is odd about one call; undefined when nothing is. */
export interface Oddity {
  readonly weight: 'alarm' | 'notice';
  readonly what: string;
}

interface Rule extends Oddity {
  /** Only at these moments; always when absent. */
  readonly at?: readonly Moment[];
  readonly holds: (call: PlainCall, whole: string) => boolean;
}

const named =
  (...names: readonly string[]) =>
  ({ name }: PlainCall): boolean =>
    names.includes(name);

/** Paths that belong to the machine or the person, not to the package. */
const isOutside = (path: string): boolean =>
  /^(?:\/|~|\$\{?HOME\b)/.test(path) &&
  !/^\/(?:dev\/(?:null|stdout|stderr|stdin|zero|fd\/)|tmp\/?$)/.test(path);

export { isOutside as isOutsidePath };

const writers = new Set(
  'cp mv install mkdir ln tee touch rm rmdir chmod chown chgrp dd truncate sed'.split(' '),
);

function writesOutside({ name, args }: PlainCall): boolean {
  if (!writers.has(name)) return false;
  if (name === 'sed' && !args.some((one) => /^-[a-zA-Z]*i|^--in-place/.test(one))) return false;
  if (name === 'dd') return args.some((one) => one.startsWith('of=') && isOutside(one.slice(3)));
  const paths = args.filter((one) => !one.startsWith('-'));
  // all but the last one are only read by these
  return (/^(?:cp|mv|install|ln|sed)$/.test(name) ? paths.slice(-1) : paths).some(isOutside);
}

const sendsData = ({ name, args }: PlainCall): boolean =>
  (name === 'curl' &&
    args.some((one) => /^(?:-[dFT]|--(?:data|form|upload-file)|-X(?:POST|PUT)?$)/.test(one))) ||
  (name.startsWith('wget') && args.some((one) => /^--(?:post|body)-/.test(one)));

const givesRights = ({ name, args }: PlainCall): boolean =>
  name === 'setcap' ||
  (name === 'chmod' && args.some((one) => /^[0-7]?[2-7][0-7]{3}$|^[ugoa]*\+[rwx]*s/.test(one))) ||
  (name === 'install' &&
    args.some(
      (one, index) =>
        /^(?:-[a-zA-Z]*m|--mode=?)?0?[2-7][0-7]{3}$/.test(one) &&
        (one.startsWith('-') || args[index - 1]?.endsWith('m') === true),
    ));

const privateFiles =
  /\.ssh\b|\.gnupg\b|\.aws\b|\.netrc\b|\.kube\b|\/etc\/(?:shadow|sudoers)|\.bash_history|\.mozilla\b|Login Data|wallet\.dat|authorized_keys|ld\.so\.preload|\.(?:bashrc|zshrc|profile|bash_profile)\b/;

const rules: readonly Rule[] = [
  {
    weight: 'alarm',
    what: 'opens a network connection of the shell',
    holds: (_call, whole) => /\/dev\/(?:tcp|udp)\//.test(whole),
  },
  { weight: 'alarm', what: 'evaluates text as code', holds: named('eval') },
  { weight: 'alarm', what: 'decodes hidden bytes', holds: isDecoder },
  {
    weight: 'alarm',
    what: 'writes bytes as numbers',
    holds: (_call, whole) => /(?:\\x[0-9A-Fa-f]{2}){4}|(?:\\[0-3][0-7]{2}){4}/.test(whole),
  },
  {
    weight: 'alarm',
    what: 'talks to the network through a raw connection',
    holds: named('nc', 'ncat', 'netcat', 'socat', 'telnet'),
  },
  { weight: 'alarm', what: 'sends data to a server', holds: sendsData },
  { weight: 'alarm', what: 'installs from a registry, which no checksum covers', holds: isRegistryInstall },
  { weight: 'alarm', what: 'downloads on the systems of users', at: ['install'], holds: isDownload },
  {
    weight: 'notice',
    what: 'downloads by itself, which no checksum covers',
    at: ['read', 'build'],
    holds: isDownload,
  },
  {
    weight: 'alarm',
    what: 'names private or system files',
    holds: (_call, whole) => privateFiles.test(whole),
  },
  { weight: 'alarm', what: 'gives a file the rights of its owner', holds: givesRights },
  { weight: 'alarm', what: 'writes outside of the package', at: ['read', 'build'], holds: writesOutside },
  {
    weight: 'alarm',
    what: 'starts something that stays',
    holds: (call) =>
      named('crontab', 'at', 'nohup', 'setsid')(call) ||
      (call.name === 'systemctl' && call.args.some((one) => /^(?:enable|start|restart|link)$/.test(one))),
  },
  {
    weight: 'notice',
    what: 'runs code given as an argument',
    holds: (call) => isInterpreter(call) && call.args.some((one) => /^-[a-z]*[ce]$/.test(one)),
  },
  {
    weight: 'alarm',
    what: 'changes what later commands mean',
    holds: (call) =>
      named('alias', 'enable', 'trap')(call) || (call.name === 'hash' && call.args.includes('-p')),
  },
];

/** Everything that is odd about a call. `first` is the word that was written, before `sudo` and its like were cut off. */
export function odditiesOf(
  call: PlainCall,
  { first, whole, moment }: { first: string | undefined; whole: string; moment: Moment },
): readonly Oddity[] {
  const found: Oddity[] = rules.filter(({ at, holds }) => (!at || at.includes(moment)) && holds(call, whole));
  if (first && /^(?:sudo|su|doas|pkexec|run0)$/.test(first)) {
    return [{ weight: 'alarm', what: 'asks for the rights of root' }, ...found];
  }
  return found;
}
