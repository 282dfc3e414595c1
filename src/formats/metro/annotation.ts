import { readCondition } from './conditions.ts';
import type { AnnotationNode, Condition, Scope, Slip } from './nodes.ts';

/** The words of an annotation and where each begins, offsets from the start of its node. */
export interface AnnotationWords {
  readonly words: readonly string[];
  readonly at: readonly number[];
  readonly openAt: number;
  readonly closeAt: number;
}

/** What an annotation means: what it does, the scope below it, and what is wrong with it. */
export interface ReadAnnotation {
  readonly does: AnnotationNode['does'];
  readonly scope: Scope;
  readonly argumentAt: number;
  readonly when: Condition | undefined;
  readonly slips: readonly Slip[];
}

/** Reads an annotation (2.5) that stands where `scope` holds: METRO-P04, METRO-P07, and a warning for conditions. */
export function readAnnotation(found: AnnotationWords, scope: Scope): ReadAnnotation {
  const reader = new AnnotationReader(found, scope);
  switch (found.words[0]) {
    case 'section':
      return reader.section();
    case 'option':
      return reader.option();
    case 'when':
      return reader.when();
    case 'collect':
      return reader.collect();
    default:
      return reader.bad(
        found.words[0] === undefined
          ? 'an annotation is empty'
          : `there is no annotation '${found.words[0]}'`,
      );
  }
}

class AnnotationReader {
  readonly #found: AnnotationWords;
  readonly #scope: Scope;
  readonly #slips: Slip[] = [];
  constructor(found: AnnotationWords, scope: Scope) {
    this.#found = found;
    this.#scope = scope;
  }

  section(): ReadAnnotation {
    const [, name, verb, ...condition] = this.#found.words;
    if (name === undefined) return this.bad("'section' has no name");
    if (verb !== undefined && verb !== 'when')
      return this.bad(`'${verb}' stands behind the name of a section`);
    const when = verb === undefined ? undefined : this.#condition(condition);
    return this.#done('section', { ...this.#scope, section: name, when });
  }

  option(): ReadAnnotation {
    const [, name, more] = this.#found.words;
    if (more !== undefined) return this.bad(`'${more}' stands behind an option`);
    if (name === 'parse/lax') return this.#done('option', { ...this.#scope, lax: true });
    if (name === 'parse/strict') return this.#done('option', { ...this.#scope, lax: false });
    return this.bad(name === undefined ? "'option' has no name" : `there is no option '${name}'`);
  }

  when(): ReadAnnotation {
    return this.#done('when', { ...this.#scope, when: this.#condition(this.#found.words.slice(1)) });
  }

  collect(): ReadAnnotation {
    const [, argument, verb, ...words] = this.#found.words;
    if (argument === undefined) return this.bad("'collect' names no file");
    if (verb === undefined) return this.#done('collect', this.#scope, this.#scope.when);
    if (verb !== 'when' || words.length === 0) {
      return this.bad(`'${verb}' stands behind the file that is collected`);
    }
    if (this.#scope.when) return this.bad("a 'collect' below a 'when' has a condition of its own");
    return this.#done('collect', this.#scope, this.#condition(words));
  }

  /** An annotation that changes nothing: METRO-P04. */
  bad(what: string): ReadAnnotation {
    this.#slip('MTR004', what);
    return this.#done('none', this.#scope);
  }

  #condition(words: readonly string[]): Condition | undefined {
    const { condition, malformed } = readCondition(words);
    if (malformed) this.#slip('MTR007', `'${words.join(' ')}' is no condition`);
    else if (condition) this.#slip('MTR065', `the condition '${condition.text}' is of an old kind`);
    return condition;
  }

  #slip(code: Slip['code'], what: string): void {
    this.#slips.push({ code, what, from: this.#found.openAt, to: this.#found.closeAt + 1 });
  }

  #done(does: AnnotationNode['does'], scope: Scope, when?: Condition): ReadAnnotation {
    return { does, scope, argumentAt: this.#found.at[1] ?? 0, when, slips: this.#slips };
  }
}
