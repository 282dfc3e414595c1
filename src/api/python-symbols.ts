import { z } from 'zod';

const dottedPath = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^\s./]+(\.[^\s./]+)*$/, 'a dotted path');

/** What `GET /api/python/symbol` takes. */
export const pythonSymbolQuerySchema = z.object({ path: dottedPath });

/** What a dotted path of Python leads to. */
export const pythonSymbolSchema = z.object({
  path: z.string(),
  distribution: z.string(),
  canonical: z.object({ path: z.string(), distribution: z.string() }),
  kind: z.enum(['none', 'function', 'type', 'module', 'descriptor', 'object']),
  /** Dotted path of its class; null where it is not known. */
  type: z.string().nullable(),
  bases: z.array(z.string()),
  signature: z.string().nullable(),
  signatureFrom: z.string().nullable(),
  returnTypes: z.array(z.string()),
  documentation: z.string(),
  members: z.array(z.string()),
  providedBy: z.array(z.string()),
});
export type PythonSymbolView = z.output<typeof pythonSymbolSchema>;

/** What `GET /api/python/toplevels` takes. */
export const pythonToplevelsQuerySchema = z.object({
  prefix: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
});

export const pythonToplevelsSchema = z.array(z.string());
