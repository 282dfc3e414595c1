import { z } from 'zod';

/** A wire contract as a value: checks what comes in, and describes itself. */
export type WireSchema<Value = unknown> = z.ZodType<Value>;

/**
 * A contract as JSON Schema (draft 2020-12, the dialect of OpenAPI 3.1). `input`: what a client sends, where
 * fields with a default may be missing; `output`: what it gets.
 */
export function jsonSchemaOf(schema: WireSchema, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
