/** Asks again and again until the answer is the wanted one; the test's own time limit is the only one. */
export async function eventually<Value>(
  ask: () => Value | Promise<Value>,
  wanted: (value: Value) => boolean,
): Promise<void> {
  while (!wanted(await ask())) await new Promise((resolve) => setTimeout(resolve, 5));
}
