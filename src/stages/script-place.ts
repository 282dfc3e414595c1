import type { ScriptLine, StepScript } from './contract.ts';

/** What interpreters say of the line they stopped at, with the path of the script in front. */
const sayings = [
  // Bash, BusyBox: `x: line 3: y: not found`; dash: `x: 3: y: not found`
  (path: string) => new RegExp(`^${path}: (?:line )?([0-9]+): `),
  // Python
  (path: string) => new RegExp(`File "${path}", line ([0-9]+)`),
  // Perl and many others
  (path: string) => new RegExp(` at ${path} line ([0-9]+)`),
  (path: string) => new RegExp(`${path}:([0-9]+)(?::|$)`),
];

/** Number of the line of a script, from 1, that its output complains of: the last that is named; undefined when none is. */
export function complainedLine(output: string, scriptPath: string): number | undefined {
  const path = scriptPath.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const patterns = sayings.map((make) => make(path));
  for (const line of output.split('\n').reverse()) {
    for (const pattern of patterns) {
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) return Number(found);
    }
  }
  return undefined;
}

/** Where the line of a script was written; undefined beyond its end. */
export function placeOfLine(script: StepScript, line: number | undefined): ScriptLine | undefined {
  return line === undefined ? undefined : script.lines[line - 1];
}

/** `file:line`, and the includes that lead there. */
export function placeInWords({ file, line, through }: ScriptLine): string {
  const includes = through.map((one) => `, included at ${one.file}:${one.line}`).join('');
  return `${file}:${line}${includes}`;
}

/** Whether Bash reads the script, which can be asked to tell where it fails. */
export function isBashScript(text: string): boolean {
  return /^#![ \t]*(?:\S*\/)?(?:env[ \t]+(?:-S[ \t]+)?)?(?:\S*\/)?bash(?:[ \t]|$)/.test(
    text.split('\n', 1)[0] ?? '',
  );
}
