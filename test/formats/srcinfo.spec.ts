import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSrcinfo, printSrcinfo } from '../../src/formats/pacman/index.ts';
import { copyRecipe, runMakepkg, scratchFolder } from './real-tools.ts';

let scratch: ReturnType<typeof scratchFolder>;
beforeAll(() => {
  scratch = scratchFolder();
});
afterAll(() => scratch.remove());

it.each(['split', 'plain', 'library', 'odd'])(
  "prints what makepkg --printsrcinfo prints for '%s'",
  (name) => {
    const text = runMakepkg(['--printsrcinfo'], copyRecipe(name, scratch.folder));
    const { srcinfo, problems } = parseSrcinfo(text, `${name}/.SRCINFO`);
    expect(problems).toEqual([]);
    expect(srcinfo && printSrcinfo(srcinfo)).toBe(text);
  },
);
