import { ProblemError } from '../src/diagnostics/index.ts';
import { compileTemplate } from '../src/formats/jinja/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

const variables = {
  name: 'foo',
  version: '1.2.3',
  list: ['a', 'b'],
  map: { k: 'v' },
  number: 7,
  nothing: null,
};

/** `bench templates` compares with the real Jinja2; here only the promise is checked to end with a text or a problem. */
export const target: FuzzTarget = {
  name: 'jinja',
  check(input) {
    const text = asText(input);
    const loader = (name: string): string | undefined => (name === 'x' ? 'included {{ name }}' : undefined);
    try {
      const template = compileTemplate(text, { name: 'x.tmpl', loader });
      const first = template.render(variables);
      must(first === template.render(variables), 'a template renders the same twice');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const { code, place } = error.problem;
      must(code.startsWith('TPL'), 'a template fails with a code of its own');
      const lines = text.replace(/\r\n?/g, '\n').split('\n').length;
      const line = place?.line ?? 0;
      must(place?.file === 'x' || (line >= 1 && line <= lines), 'the place is within the template');
    }
  },
};
