import { createHmac } from 'node:crypto';

/** HMAC with SHA-256 (RFC 2104) of a text in UTF-8, in lower-case hexadecimal digits. */
export const hmacSha256 = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');
