import type { CatalogueTable } from './entry.ts';

/** Codes TPL001 to TPL999: templates of ebuilds and of other texts. */
export const templatesCodes = {
  TPL001: {
    severity: 'error',
    blame: 'recipe',
    title: 'the template has a mistake in its syntax',
    why: 'Templates are Jinja2: statements between {% and %}, expressions between {{ and }}, comments between {# and #}.',
    next: 'Correct the template at the place that is named.',
    sample: { broken: '{% if slot %}SLOT="{{ slot }}"', fixed: '{% if slot %}SLOT="{{ slot }}"{% endif %}' },
  },
  TPL002: {
    severity: 'error',
    blame: 'recipe',
    title: 'the template uses something that is undefined',
    why: 'An undefined name prints as nothing, but it has no attributes and cannot be computed with.',
    next: 'Pass the value to the template, or give it one there: {{ (x | default({})).y }}, or {% if x is defined %}.',
    sample: { broken: '{{ release.tag }}', fixed: '{% if release is defined %}{{ release.tag }}{% endif %}' },
  },
  TPL003: {
    severity: 'error',
    blame: 'recipe',
    title: 'a template that another one names is missing',
    why: 'extends, include and import name files within the folder of the templates.',
    next: 'Write the file, or correct its name in the template that wants it.',
    sample: { broken: "{% include 'no-such.tmpl' %}", fixed: "{% include 'deps.tmpl' ignore missing %}" },
  },
  TPL004: {
    severity: 'error',
    blame: 'recipe',
    title: 'the template asks of a value what it cannot do',
    why: 'Values behave as in Python: text and numbers do not add up, and a number has no items.',
    next: 'Convert the value first, with the filters string, int or list, or correct what is passed to the template.',
    sample: { broken: "{{ 'r' + 1 }}", fixed: "{{ 'r' ~ 1 }}" },
  },
  TPL005: {
    severity: 'error',
    blame: 'recipe',
    title: 'the template passes a limit',
    why: 'Ranges, texts and nesting are limited, so that no template takes the whole machine.',
    next: 'Look for a macro or an include that calls itself without end, or for a far too large number.',
    sample: {
      broken: '{% for i in range(10000000) %}{% endfor %}',
      fixed: '{% for i in range(10) %}{% endfor %}',
    },
  },
  TPL006: {
    severity: 'error',
    blame: 'recipe',
    title: 'the template names a filter or a test that does not exist',
    why: "The filters and tests are those of Jinja2 that only compute; 'random', 'pprint' and 'urlize' are not among them.",
    next: 'Correct the name.',
    sample: { broken: '{{ name | uper }}', fixed: '{{ name | upper }}' },
  },
} as const satisfies CatalogueTable;
