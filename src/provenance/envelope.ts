import { fault, type ProblemError } from '../diagnostics/index.ts';
import { canonicalJson } from './canonical-json.ts';

/** What an envelope with an in-toto statement says that it carries. */
export const statementType = 'application/vnd.in-toto+json';

/** A signature as an envelope has it. */
export interface EnvelopeSignature {
  /** Fingerprint of the OpenPGP key, upper-case hexadecimal. */
  readonly keyid: string;
  /** Detached binary OpenPGP signature of `signedBytes`. */
  readonly signature: Uint8Array;
}

/** A signed message (DSSE 1.0.2). */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** The bytes that a DSSE signature is of: its pre-authentication encoding of the type and the payload. */
export function signedBytes(payloadType: string, payload: Uint8Array): Uint8Array {
  const typeBytes = Buffer.from(payloadType, 'utf8');
  const head = `DSSEv1 ${typeBytes.byteLength} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}

/** The envelope as a JSON file, with a newline at its end. */
export function printEnvelope({ payloadType, payload, signatures }: Envelope): string {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const shown = {
    payload: base64(payload),
    payloadType,
    signatures: signatures.map(({ keyid, signature }) => ({ keyid, sig: base64(signature) })),
  };
  return `${canonicalJson(shown)}\n`;
}

/** Reads an envelope; members that it does not know are left out. Throws PRV001. */
export function readEnvelope(text: string, file: string): Envelope {
  const refuse = (why: string): ProblemError =>
    fault('PRV001', { what: `'${file}' is no signed statement: ${why}`, place: { file } });
  const value = parsed(text);
  if (value === undefined) throw refuse('it is no JSON');
  const { payload, payloadType, signatures } = value;
  if (typeof payloadType !== 'string') throw refuse("it has no 'payloadType'");
  const bytes = bytesOf(payload);
  if (!bytes) throw refuse("its 'payload' is no Base64");
  if (!Array.isArray(signatures) || signatures.length === 0) throw refuse('nobody signed it');
  return {
    payloadType,
    payload: bytes,
    signatures: signatures.map((one: unknown) => {
      const { keyid = '', sig } = (one ?? {}) as { keyid?: unknown; sig?: unknown };
      const signature = bytesOf(sig);
      if (typeof keyid !== 'string' || !signature) throw refuse('one of its signatures is none');
      return { keyid, signature };
    }),
  };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Base64 in its usual or its URL spelling. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) return undefined;
  return Buffer.from(value, 'base64');
}
