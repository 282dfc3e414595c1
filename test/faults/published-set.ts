// Reads a published repository as a stranger would: with bsdtar and the files themselves.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly sha256: string;
}

/** Packages of a pacman database, by name. */
export async function readDatabase(path: string): Promise<Map<string, PublishedPackage>> {
  const { stdout } = await run('bsdtar', ['-xOf', path, '*/desc'], { encoding: 'utf8' });
  const found = new Map<string, PublishedPackage>();
  for (const text of stdout.split(/^(?=%FILENAME%$)/m)) {
    const field = (name: string): string => new RegExp(`^%${name}%\n(.*)$`, 'm').exec(text)?.[1] ?? '';
    if (text.trim() === '') continue;
    const name = field('NAME');
    found.set(name, {
      name,
      version: field('VERSION'),
      fileName: field('FILENAME'),
      sha256: field('SHA256SUM'),
    });
  }
  return found;
}

/** What is wrong with the files of a generation's folder, against its own database. */
export async function checkFolder(folder: string, database: string): Promise<string[]> {
  const wrong: string[] = [];
  if (!existsSync(`${database}.sig`)) wrong.push(`${database} has no signature`);
  for (const { fileName, sha256 } of (await readDatabase(database)).values()) {
    const path = join(folder, fileName);
    const bytes = existsSync(path) ? readFileSync(path) : undefined;
    if (!bytes) wrong.push(`${path} is missing`);
    else if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      wrong.push(`${path} is another file`);
    if (!existsSync(`${path}.sig`)) wrong.push(`${path} has no signature`);
  }
  return wrong;
}

/** Keeps reading a repository through its link until it is told to stop. */
export class Reader {
  readonly wrong: string[] = [];
  looks = 0;
  readonly #link: string;
  readonly #database: string;
  #reading: Promise<void>;
  #done = false;

  /** `link`: the published folder of an architecture. */
  constructor(link: string, repository: string) {
    this.#link = link;
    this.#database = `${repository}.db`;
    this.#reading = this.#read();
  }

  async stop(): Promise<void> {
    this.#done = true;
    await this.#reading;
  }

  async #read(): Promise<void> {
    let begun = false;
    while (!this.#done) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      begun ||= existsSync(this.#link);
      if (!begun) continue;
      try {
        await this.#look();
        this.looks += 1;
      } catch (error) {
        this.wrong.push(`reader: ${String(error)}`);
      }
    }
  }

  /** A generation that was left behind may be removed while it is read; the current one may not. */
  async #look(): Promise<void> {
    const target = readlinkSync(this.#link);
    const folder = join(dirname(this.#link), target);
    const wrong = await checkFolder(folder, join(folder, this.#database)).catch((error: unknown) => [
      String(error),
    ]);
    if (wrong.length > 0 && readlinkSync(this.#link) === target) this.wrong.push(...wrong);
  }
}
