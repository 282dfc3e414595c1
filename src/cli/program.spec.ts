import { describe, expect, it } from 'vitest';
import type { Console } from '../host/index.ts';
import { createProgram } from './program.ts';
import { Shell } from './shell.ts';

const silent: Console = {
  out: () => undefined,
  err: () => undefined,
  outGone: new AbortController().signal,
  outIsTerminal: false,
  errIsTerminal: false,
  errCanRewrite: false,
  columns: () => 80,
  rows: () => 24,
  flush: async () => undefined,
};

const namesFor = async (...argv: string[]): Promise<readonly string[]> =>
  (await createProgram(new Shell(silent), argv)).commands.map((command) => command.name());

describe('the command line', () => {
  it('loads the command that was typed alone, whatever it is', async () => {
    const all = await namesFor('--help');
    expect(all.length).toBeGreaterThan(20);
    for (const name of all) {
      const loaded = await namesFor(name);
      expect(loaded).toContain(name);
      expect(loaded.length).toBeLessThan(6);
    }
  });

  it('finds the command behind options of the program', async () => {
    expect(await namesFor('-q', '--farm', 'ci', '--json', 'explain', 'ci')).toEqual(['explain']);
    expect(await namesFor('--farm=x', 'ci', 'on-commit')).toEqual(['ci']);
  });

  it('loads nothing to tell its version, and everything for what is no command', async () => {
    expect(await namesFor('--version')).toEqual([]);
    expect(await namesFor('buidl')).toContain('build');
  });

  it('shows an example and the options of the program in the help of each command of pipelines', async () => {
    const helpOf = async (...words: string[]): Promise<string> => {
      let text = '';
      const talking: Console = { ...silent, out: (piece) => (text += piece) };
      const program = await createProgram(new Shell(talking), words);
      await expect(program.parseAsync([...words, '--help'], { from: 'user' })).rejects.toThrow('outputHelp');
      return text;
    };
    const whole = await createProgram(new Shell(silent), ['ci', '--help']);
    for (const command of whole.commands[0]?.commands ?? []) {
      const name = command.name();
      const help = await helpOf('ci', name);
      expect(help).toMatch(new RegExp(`\\nExamples?:\\n(?: .*\\n)*  .*packmill (?:--\\S+ )*ci ${name}\\b`));
      expect(help).toContain('--json');
    }
    expect(await helpOf('import', 'chaotic')).toContain('--json');
  });

  it('loads of a group only the part that was asked for', async () => {
    const program = await createProgram(new Shell(silent), ['ci', 'on-commit']);
    expect(program.commands[0]?.commands.map((command) => command.name())).toEqual([
      'on-commit',
      'schedule',
      'deliver',
    ]);
    const whole = await createProgram(new Shell(silent), ['ci', '--help']);
    const names = whole.commands[0]?.commands.map((command) => command.name()) ?? [];
    for (const name of names) {
      const part = await createProgram(new Shell(silent), ['ci', name]);
      expect(part.commands[0]?.commands.map((command) => command.name())).toContain(name);
    }
  });
});
