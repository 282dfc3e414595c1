/** The streams a command talks to people and programs through. */
export interface Console {
  /** Standard output: what was asked for. */
  out(text: string): void;
  /** Standard error: progress and complaints. */
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal behind standard error, in columns. */
  columns(): number;
  /** Resolves when everything written has been handed to the system. */
  flush(): Promise<void>;
}

export const systemConsole: Console = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  outIsTerminal: process.stdout.isTTY === true,
  errIsTerminal: process.stderr.isTTY === true,
  columns: () => process.stderr.columns ?? 80,
  flush: async () => {
    for (const stream of [process.stdout, process.stderr]) {
      await new Promise<void>((resolve) => stream.write('', () => resolve()));
    }
  },
};

/** A reader that went away (`packmill … | head`) ends the program quietly instead of crashing it. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: { code?: string }) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}

/** Calls back on the first interrupt or termination request; a second one ends the process at once. */
export function onInterrupt(callback: (signal: string) => void): () => void {
  let count = 0;
  const handler = (signal: string): void => {
    count += 1;
    if (count > 1) process.exit(130);
    callback(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const signal of signals) process.off(signal, handler);
  };
}
