import type { WireSchema } from '../api/index.ts';
import { refuse } from './refusal.ts';
import type { WebServer } from './route-schema.ts';

const partNames: Readonly<Record<string, string>> = {
  params: 'path',
  querystring: 'query',
  headers: 'headers',
  body: 'body',
};

/** Holds what comes in against the contracts; a mismatch is HTP001 and names the field. */
export function checkAgainstContracts(server: WebServer): void {
  server.setValidatorCompiler(({ schema, httpPart }) => (data: unknown) => {
    const checked = (schema as unknown as WireSchema).safeParse(data);
    if (checked.success) return { value: checked.data };
    const part = partNames[httpPart ?? ''] ?? 'request';
    const first = checked.error.issues[0];
    const field = first?.path.length ? ` at '${first.path.join('.')}'` : '';
    const what = `the ${part} is not what the route takes`;
    return { error: refuse('HTP001', { what, why: `Found${field}: ${first?.message ?? 'a mismatch'}.` }) };
  });
  server.setSerializerCompiler(() => (data: unknown) => JSON.stringify(data));
}
