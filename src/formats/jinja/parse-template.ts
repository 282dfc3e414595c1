import { tokenize } from './lexer.ts';
import type { BlockNode, TemplateTree } from './nodes.ts';
import { parseExpression } from './parse-expression.ts';
import { parseBody } from './parse-statement.ts';
import { TokenReader } from './token-reader.ts';

/** Reads a template. @throws {TemplateTrouble} TPL001 or TPL006 with the place */
export function parseTemplate(text: string, name: string): TemplateTree {
  const blocks = new Map<string, BlockNode>();
  const reader = new TokenReader(tokenize(text, name), parseExpression);
  const body = parseBody({ reader, blocks }, []);
  const [unknown] = reader.unknown;
  if (unknown) throw unknown;
  return { body, blocks };
}
