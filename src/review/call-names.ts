import type { CalledCommand } from '../formats/shell/index.ts';

/** A call without the words that only start another one (`sudo`, `env A=b`, `command`). */
export interface PlainCall {
  readonly name: string;
  readonly args: readonly string[];
}

const starters = new Set(
  'sudo doas env command builtin exec nohup nice ionice setsid stdbuf timeout xargs busybox'.split(' '),
);

/** Their options that take the next word. */
const takesWord = /^-[uUgGnkshCpIPLdo]$/;

export function plainCall({ name, args }: Pick<CalledCommand, 'name' | 'args'>): PlainCall {
  let call = { name: baseName(name ?? ''), args };
  for (let guard = 0; guard < 8 && starters.has(call.name); guard += 1) {
    const { args: words } = call;
    const at = words.findIndex(
      (word, index) =>
        !/^-|^[A-Za-z_]\w*=|^[0-9.]+[smhd]?$/.test(word) && !takesWord.test(words[index - 1] ?? ''),
    );
    if (at < 0) break;
    call = { name: baseName(call.args[at] as string), args: call.args.slice(at + 1) };
  }
  return call;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const isDownload = ({ name, args }: PlainCall): boolean =>
  /^(?:curl|wget|wget2|aria2c|axel|lynx|links|elinks|http|https|xh|ftp|lftp|scp|sftp|rsync)$/.test(name) ||
  (/^(?:git|hg|svn|bzr|fossil)$/.test(name) &&
    /^(?:clone|fetch|pull|checkout|co|export)$/.test(args[0] ?? '') &&
    args.some((one) => one.includes('://')));

export const isInterpreter = ({ name }: PlainCall): boolean =>
  /^(?:\.|source|eval|(?:ba|da|z|k|c|tc|fi|a|mk)?sh|python[0-9.]*|pypy[0-9.]*|perl[0-9.]*|ruby|node|nodejs|deno|bun|php|lua[0-9.]*|luajit|tclsh[0-9.]*|osascript|pwsh)$/.test(
    name,
  );

export const isDecoder = ({ name, args }: PlainCall): boolean =>
  (/^(?:base64|base32|basenc)$/.test(name) &&
    args.some((one) => /^-(?:-d(?:e(?:c(?:o(?:de?)?)?)?)?$|[a-zA-Z]*[dD])/.test(one))) ||
  (name === 'xxd' && args.some((one) => /^-[a-z]*r/.test(one))) ||
  (name === 'openssl' && args.includes('-d')) ||
  /^(?:uudecode|rot13)$/.test(name);

/** Installs named packages from a registry that no checksum of the recipe covers. */
export function isRegistryInstall({ name, args }: PlainCall): boolean {
  const words = args.filter((one) => !one.startsWith('-'));
  const [verb, ...names] = words;
  const hasNames = names.some((one) => !/^(?:\.{0,2}\/|\.$|\$|file:)|\.(?:whl|tgz|gem|tar\.gz)$/.test(one));
  if (/^(?:npx|bunx|pnpx|uvx|pipx)$/.test(name)) return words.length > 0;
  if (/^(?:npm|pnpm|yarn|bun)$/.test(name)) {
    if (/^(?:x|dlx|create|init)$/.test(verb ?? '')) return names.length > 0;
    // the others run what is there; npm fetches what it is told by name
    if (verb === 'exec') return name === 'npm' && names.length > 0 && !args.includes('-c');
    return /^(?:install|i|add|global|isntall)$/.test(verb ?? '') && hasNames;
  }
  if (/^pip[0-9.]*$/.test(name)) return verb === 'install' && hasNames && !args.includes('--no-index');
  if (name === 'uv') return words.includes('install') || verb === 'add';
  if (/^python[0-9.]*$/.test(name) && args[0] === '-m' && args[1] === 'pip') {
    return isRegistryInstall({ name: 'pip', args: args.slice(2) });
  }
  if (name === 'cargo') return verb === 'install' && hasNames && !args.includes('--path');
  if (name === 'go')
    return /^(?:install|run|get)$/.test(verb ?? '') && names.some((one) => one.includes('@'));
  if (/^(?:gem|luarocks|cpan|cpanm|opam|cabal)$/.test(name)) {
    return /^cpanm?$/.test(name) ? words.length > 0 : verb === 'install' && hasNames;
  }
  return name === 'composer' && verb === 'require';
}
