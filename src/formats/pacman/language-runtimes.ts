/** A language whose version stands in the names of folders that packages put files in. */
interface Language {
  readonly name: string;
  /** Files of the interpreter itself; the group is its version, where the name has it. */
  readonly interpreter: RegExp;
  /** Folders of the interpreter's package that tell the version which its program's name lacks. */
  readonly own?: RegExp;
  /** Files that work with this one version alone. */
  readonly user: RegExp;
}

const languages: readonly Language[] = [
  {
    name: 'python',
    interpreter: /^usr\/bin\/python(\d+\.\d+)$/,
    user: /^usr\/lib(?:32|64)?\/python(\d+\.\d+)\/(?:site|dist)-packages\/./,
  },
  {
    name: 'perl',
    interpreter: /^usr\/bin\/perl$/,
    own: /^usr\/(?:lib|share)\/(?:[a-z0-9_-]+-linux-gnu[a-z0-9_]*\/)?perl5?\/(\d+\.\d+)(?:\.\d+)?\//,
    user: /^usr\/(?:lib|share)\/(?:[a-z0-9_-]+-linux-gnu[a-z0-9_]*\/)?perl5\/(\d+\.\d+)(?:\.\d+)?\/./,
  },
  {
    name: 'ruby',
    interpreter: /^usr\/bin\/ruby$/,
    own: /^usr\/lib(?:64)?\/ruby\/(\d+\.\d+\.\d+)\//,
    user: /^usr\/lib(?:64)?\/ruby\/(?:gems|vendor_ruby|site_ruby)\/(\d+\.\d+\.\d+)\/./,
  },
  {
    name: 'lua',
    interpreter: /^usr\/bin\/lua(\d+\.\d+)$/,
    user: /^usr\/(?:lib|share)\/lua\/(\d+\.\d+)\/./,
  },
  {
    name: 'node-abi',
    // its number stands in a header, see `noteHeader`
    interpreter: /^(?!)/,
    user: /^usr\/lib\/node_modules\/.*(?:node-v|\babi)(\d+)(?:-linux|\.node$)/,
  },
];

/** The header in which Node.js says which native modules it loads. */
export const nodeVersionHeader = 'usr/include/node/node_version.h';

/** Finds versions of interpreters that a package has or whose folders it uses, by names of files alone. */
export class RuntimeCollector {
  readonly #has = new Set<string>();
  readonly #own = new Map<string, Set<string>>();
  readonly #programs = new Set<string>();
  readonly #uses = new Set<string>();

  note(path: string): void {
    // nearly all paths are none of these
    if (!path.startsWith('usr/bin/') && !path.startsWith('usr/lib') && !path.startsWith('usr/share/')) return;
    for (const { name, interpreter, own, user } of languages) {
      const program = interpreter.exec(path);
      if (program?.[1] !== undefined) this.#has.add(`${name} ${program[1]}`);
      else if (program) this.#programs.add(name);
      const folder = own?.exec(path)?.[1];
      if (folder !== undefined) this.#own.set(name, (this.#own.get(name) ?? new Set()).add(folder));
      const used = user.exec(path)?.[1];
      if (used !== undefined) this.#uses.add(`${name} ${used}`);
    }
  }

  /** Text of `nodeVersionHeader`. */
  noteHeader(text: string): void {
    const number = /^#\s*define\s+NODE_MODULE_VERSION\s+(\d+)/m.exec(text)?.[1];
    if (number !== undefined) this.#has.add(`node-abi ${number}`);
  }

  /** As `python 3.13`, sorted; what a package has itself it does not need. */
  finish(): { readonly provided: readonly string[]; readonly needed: readonly string[] } {
    const provided = new Set(this.#has);
    for (const name of this.#programs) {
      for (const version of this.#own.get(name) ?? []) provided.add(`${name} ${version}`);
    }
    return {
      provided: [...provided].sort(),
      needed: [...this.#uses].filter((one) => !provided.has(one)).sort(),
    };
  }
}
