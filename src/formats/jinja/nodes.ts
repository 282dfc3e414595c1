import type { Place } from '../../diagnostics/index.ts';
import type { Value } from './values.ts';

/** Where in which template something was written. */
export type Spot = Required<Place>;

/** What a call or a filter is given, as written. */
export interface GivenNodes {
  readonly positional: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  /** Behind `*` and `**`. */
  readonly row?: Expression | undefined;
  readonly mapping?: Expression | undefined;
}

type Constant = { readonly kind: 'constant'; readonly value: Value };
type FloatConstant = { readonly kind: 'float'; readonly value: number };
type Name = { readonly kind: 'name'; readonly name: string };
type ListNode = { readonly kind: 'list'; readonly items: readonly Expression[] };
type TupleNode = { readonly kind: 'tuple'; readonly items: readonly Expression[] };
type DictNode = { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[] };
type Attribute = { readonly kind: 'attribute'; readonly value: Expression; readonly name: string };
type Subscript = { readonly kind: 'subscript'; readonly value: Expression; readonly key: Expression };
type Slice = {
  readonly kind: 'slice';
  readonly value: Expression;
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
};
type Call = { readonly kind: 'call'; readonly value: Expression; readonly given: GivenNodes };
type Filter = {
  readonly kind: 'filter';
  readonly name: string;
  /** Undefined in a filter block, where the text of the block is filtered. */
  readonly value: Expression | undefined;
  readonly given: GivenNodes;
};
type Test = {
  readonly kind: 'test';
  readonly name: string;
  readonly value: Expression;
  readonly given: GivenNodes;
};
type Unary = { readonly kind: 'unary'; readonly operator: '+' | '-' | 'not'; readonly value: Expression };
type Binary = {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
};
type Logic = {
  readonly kind: 'logic';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
};
type Concat = { readonly kind: 'concat'; readonly parts: readonly Expression[] };
type Comparison = {
  readonly kind: 'comparison';
  readonly first: Expression;
  readonly rest: readonly { readonly operator: string; readonly value: Expression }[];
};
type Conditional = {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly yes: Expression;
  readonly no: Expression | undefined;
};

/** An expression, and where it was written. */
export type Expression = { readonly at: Spot } & (
  | Constant
  | FloatConstant
  | Name
  | ListNode
  | TupleNode
  | DictNode
  | Attribute
  | Subscript
  | Slice
  | Call
  | Filter
  | Test
  | Unary
  | Binary
  | Logic
  | Concat
  | Comparison
  | Conditional
);

export type ExpressionOf<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>;

/** What `set`, `for` and `with` assign to. */
export type Target =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'names'; readonly items: readonly Target[]; readonly at: Spot }
  | { readonly kind: 'member'; readonly object: string; readonly name: string; readonly at: Spot };

/** Parameters and body of a macro or of what a call block hands over. */
export interface MacroNode {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly missing: Expression | undefined }[];
  readonly body: readonly Statement[];
  /** Which of `varargs`, `kwargs` and `caller` the body speaks of. */
  readonly uses: ReadonlySet<string>;
}

export interface BlockNode {
  readonly name: string;
  readonly body: readonly Statement[];
  readonly isScoped: boolean;
  readonly isRequired: boolean;
  readonly at: Spot;
}

type Text = { readonly kind: 'text'; readonly text: string };
type Output = { readonly kind: 'output'; readonly value: Expression };
type If = {
  readonly kind: 'if';
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
};
type For = {
  readonly kind: 'for';
  readonly target: Target;
  readonly items: Expression;
  readonly filter: Expression | undefined;
  readonly isRecursive: boolean;
  /** Whether anything in it may look at `loop`; otherwise the name keeps the meaning that it has around. */
  readonly hasLoop: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
};
type SetNode = { readonly kind: 'set'; readonly target: Target; readonly value: Expression };
type SetBlock = {
  readonly kind: 'set-block';
  readonly target: Target;
  readonly filter: Expression | undefined;
  readonly body: readonly Statement[];
};
type FilterBlock = {
  readonly kind: 'filter-block';
  readonly filter: Expression;
  readonly body: readonly Statement[];
};
type With = {
  readonly kind: 'with';
  readonly values: readonly { readonly target: Target; readonly value: Expression }[];
  readonly body: readonly Statement[];
};
type Macro = { readonly kind: 'macro'; readonly macro: MacroNode };
type CallBlock = {
  readonly kind: 'call-block';
  readonly call: ExpressionOf<'call'>;
  readonly caller: MacroNode;
};
type Block = { readonly kind: 'block'; readonly block: BlockNode };
type Extends = { readonly kind: 'extends'; readonly template: Expression };
type Include = {
  readonly kind: 'include';
  readonly template: Expression;
  readonly isOptional: boolean;
  readonly hasContext: boolean;
};
type Import = {
  readonly kind: 'import';
  readonly template: Expression;
  readonly hasContext: boolean;
  /** One name for all of it, or names from it with what they are called here. */
  readonly as: string | readonly { readonly name: string; readonly alias: string }[];
};

/** A statement, and where it was written. */
export type Statement = { readonly at: Spot } & (
  | Text
  | Output
  | If
  | For
  | SetNode
  | SetBlock
  | FilterBlock
  | With
  | Macro
  | CallBlock
  | Block
  | Extends
  | Include
  | Import
);

export type StatementOf<Kind extends Statement['kind']> = Extract<Statement, { readonly kind: Kind }>;

/** A whole template as read. */
export interface TemplateTree {
  readonly body: readonly Statement[];
  /** Every block of the template, wherever it stands. */
  readonly blocks: ReadonlyMap<string, BlockNode>;
}
