/**
 * Gathers calls that come while one is under way, and sends them as one: builders that end jobs at the same time
 * then wait for one round trip, and the server runs one script.
 */
export class Batcher<In, Out> {
  readonly #send: (items: readonly In[]) => Promise<readonly Out[]>;
  readonly #most: number;
  #waiting: { item: In; resolve: (value: Out) => void; reject: (error: unknown) => void }[] = [];
  #sending = false;

  /** `send` answers for each item in its order; it gets at most `most`. */
  constructor(send: (items: readonly In[]) => Promise<readonly Out[]>, most = 200) {
    this.#send = send;
    this.#most = most;
  }

  /** Resolves to the answer for this item; rejects as the batch does that it was in. */
  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#sending) return;
      this.#sending = true;
      // After the microtasks that are due: the others of the same moment come along.
      queueMicrotask(() => queueMicrotask(() => void this.#run()));
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#most);
      try {
        const answers = await this.#send(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, at) => {
          resolve(answers[at] as Out);
        });
      } catch (error) {
        // Those who wait for their turn would only wait for the same server once more.
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#sending = false;
  }
}
