/** An error that an autogen throws on purpose, with what led to it as `cause`. */
export class BreezyError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BreezyError';
  }
}
