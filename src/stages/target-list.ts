import { fault } from '../diagnostics/index.ts';
import type { Elements } from './elements.ts';
import type { Strategy } from './sources.ts';

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** Extras are split on `+` if there is one, else on white space (8.3). */
function extraWords(text: string): readonly string[] {
  return text.includes('+') ? text.split('+').flatMap(words) : words(text);
}

const modes = ['full', 'freshen', 'quick', 'stage1'] as const;

function targetsOfMode(mode: string, seed: Strategy['seed']): readonly string[] {
  switch (modes.find((one) => one === mode)) {
    case 'full':
      return seed === 'stage3'
        ? ['snapshot', 'stage1', 'stage2', 'stage3']
        : ['snapshot', 'stage2', 'stage3'];
    case 'freshen':
      return ['snapshot', 'stage3-freshen'];
    case 'quick':
      return ['snapshot', 'stage3-quick'];
    case 'stage1':
      return ['snapshot', 'stage1'];
    case undefined: {
      const next = `The modes are ${modes.map((one) => `'${one}'`).join(', ')}.`;
      throw fault('MST004', { what: `there is no mode '${mode}'`, next });
    }
  }
}

/**
 * The targets of a run in their order, each once: with `multi: yes` those of `multi/targets`, or of `multi/mode` where no file says
 * which, and `multi/extras`; otherwise `target` alone (8.3, Q32). `strategy` is asked for where a mode needs it.
 * Throws MST004 when there is none, or the mode is none.
 */
export function targetList(elements: Elements, strategy: () => Pick<Strategy, 'seed'>): readonly string[] {
  if (elements.text('multi') !== 'yes') {
    const target = elements.text('target') ?? elements.text('metro/target');
    if (target === undefined) throw fault('MST004', { what: 'no target is named' });
    return [target];
  }
  const mode = elements.text('multi/mode');
  const named = elements.text('multi/targets');
  if (named === undefined && mode === undefined) {
    throw fault('MST004', {
      what: "'multi' is 'yes', and neither 'multi/mode' nor 'multi/targets' says which targets",
    });
  }
  const listed =
    named === undefined
      ? targetsOfMode(mode as string, mode === 'full' ? strategy().seed : 'stage3')
      : // a list of extras with `+` is no target
        words(named).filter((word) => !word.includes('+'));
  return [...new Set([...listed, ...extraWords(elements.text('multi/extras') ?? '')])];
}
