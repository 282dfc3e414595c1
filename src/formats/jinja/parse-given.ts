import type { Expression, GivenNodes } from './nodes.ts';
import type { TokenReader } from './token-reader.ts';

/** What stands in the parentheses of a call. */
export function parseGiven(reader: TokenReader): GivenNodes {
  const opening = reader.expect('operator', '(');
  const positional: Expression[] = [];
  const named: { name: string; value: Expression }[] = [];
  let row: Expression | undefined;
  let mapping: Expression | undefined;
  const isAllowed = (condition: boolean): void => {
    if (!condition) reader.fail('the arguments of the call stand in a wrong order', opening);
  };
  for (let isFirst = true; !reader.isOperator(')'); isFirst = false) {
    if (!isFirst) reader.expect('operator', ',');
    if (!isFirst && reader.isOperator(')')) break;
    if (reader.skip('operator', '*')) {
      isAllowed(!row && !mapping);
      row = reader.expression();
    } else if (reader.skip('operator', '**')) {
      isAllowed(!mapping);
      mapping = reader.expression();
    } else if (reader.is('name') && reader.is('operator', '=', reader.following)) {
      isAllowed(!mapping);
      const { text: name } = reader.current;
      if (named.some((other) => other.name === name)) reader.fail(`the argument '${name}' is there twice`);
      reader.next();
      reader.next();
      named.push({ name, value: reader.expression() });
    } else {
      isAllowed(!row && !mapping && named.length === 0);
      positional.push(reader.expression());
    }
  }
  reader.next();
  return { positional, named, row, mapping };
}
