import { addressesIn, calledCommands, parseShell } from '../src/formats/shell/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'shell',
  check(input) {
    const text = asText(input);
    const shell = parseShell(text, 'x');
    must(shell.parts.map(({ raw }) => raw).join('') === text, 'the parts in a row are the text');
    must(shell.problems.length <= 1, 'there is one problem at most');
    const lines = text.split('\n');
    for (const { place, raw } of shell.parts) {
      const line = lines[place.line - 1];
      must(
        line?.slice(place.column - 1).startsWith(raw.split('\n', 1)[0] ?? '') === true,
        'places are exact',
      );
    }
    for (const { command } of calledCommands(shell)) {
      must(command.words.length > 0, 'what is called has a name');
    }
    addressesIn(shell);
  },
};
