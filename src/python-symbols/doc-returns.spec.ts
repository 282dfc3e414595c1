import { describe, expect, it } from 'vitest';
import { graphNode } from '../formats/python-graph/index.ts';
import { annotationNames } from './annotation-names.ts';
import { docstringReturns, documentedReturns, typeNamesOf } from './doc-returns.ts';

const shard = {
  toplevel: 'n',
  root: 0,
  complete: true,
  nodes: new Map(
    [
      graphNode({ id: 0, canonical: 'n', kind: 'module' }),
      graphNode({ id: 1, canonical: 'n.core.ndarray', kind: 'type' }),
      graphNode({ id: 2, canonical: 'n.a.Twice', kind: 'type' }),
      graphNode({ id: 3, canonical: 'n.b.Twice', kind: 'type' }),
      graphNode({ id: 4, reference: 'datetime.date' }),
      graphNode({
        id: 5,
        canonical: 'n.f',
        kind: 'function',
        docstring: 'F.\n\nReturns\n-------\nout : ndarray or None\n    What.',
      }),
    ].map((one) => [one.id, one]),
  ),
};
const names = typeNamesOf([shard]);
const returns = (text: string) => Object.fromEntries(docstringReturns(text, names));

describe('return types in documentation', () => {
  it('D13 numpydoc names the one type of that name and None', () => {
    const table = documentedReturns(shard, names);
    expect([...table.keys()]).toEqual(['n.f']);
    expect(Object.fromEntries(table.get('n.f') ?? [])).toEqual({
      'n.core.ndarray': 2,
      'builtins.None.__class__': 2,
    });
  });

  it('several items or names are a tuple', () => {
    expect(returns('Returns\n-------\na : int\n    One.\nb : string\n\nNotes\n-----\nc : float')).toEqual({
      ...{ 'builtins.int': 2, 'builtins.str': 2, 'builtins.tuple': 2 },
    });
    expect(returns('Returns\n-------\na, b : ndarray')).toEqual({ 'n.core.ndarray': 2, 'builtins.tuple': 2 });
    expect(returns('Returns\n-------\ndict')).toEqual({ 'builtins.dict': 2 });
  });

  it('reads the fields of epytext and reStructuredText', () => {
    expect(returns(':return: something\n:rtype: n.ndarray')).toEqual({ 'n.core.ndarray': 4 });
    expect(returns('@rtype: dictionary')).toEqual({ 'builtins.dict': 4 });
    expect(returns(':returns: a date, or an int')).toEqual({ 'datetime.date': 4 });
  });

  it('passes over what names nothing, too much, or several', () => {
    expect(returns('Returns\n-------\nobject or type or Twice or anything')).toEqual({});
    expect(returns('Returns nothing.')).toEqual({});
  });

  it('names in annotations stand for the value itself', () => {
    expect(annotationNames('Optional[List[int]]')).toEqual(['List', 'builtins.None.__class__']);
    expect(annotationNames('dict[str, int] | None | a.B')).toEqual([
      'dict',
      'builtins.None.__class__',
      'a.B',
    ]);
    expect(annotationNames("'Foo'")).toEqual(['Foo']);
    expect(annotationNames('Union[int, Literal["a|b"], typing.Any]')).toEqual(['int', 'Literal']);
    expect(annotationNames('Annotated[int, x]')).toEqual(['int']);
  });
});
