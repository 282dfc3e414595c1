import { fault, isFault, messageOf, type Problem, type ProblemError, problem } from '../diagnostics/index.ts';
import { type FetchAnswer, type Fetcher, type FetchOptions, shownAddress } from '../fetcher/index.ts';
import type { BsonDocument, BsonValue } from '../formats/extended-json/index.ts';
import type { Clock } from '../host/index.ts';
import { authorizationHeader, type CredentialTable, credentialsFor, userOf } from './authorization.ts';
import type { Page, PageRequest, Pages, StaleUse } from './contract.ts';
import { decodePage, dispositionName } from './page-text.ts';
import type { RecordStore } from './record-store.ts';

export interface PagesOptions {
  readonly records: RecordStore;
  readonly fetcher: Fetcher;
  readonly clock: Clock;
  readonly credentials?: CredentialTable | undefined;
  readonly isImmediate: boolean;
  readonly isOffline: boolean;
  readonly onProblem: (problem: Problem) => void;
}

const defaultRefreshMs = 15 * 60_000;
const timeoutMs = 15_000;
const tries = 3;

type Method = 'get_page' | 'get_url_from_redirect' | 'get_response_headers';

/** One question, by what its answer is kept under, and how it is asked. */
interface Question {
  readonly method: Method;
  readonly url: string;
  readonly request: PageRequest;
  ask(options: FetchOptions): Promise<Told | 'unchanged'>;
}

/** An answer as it is kept. */
interface Told {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Kept {
  readonly body: string;
  readonly headers: BsonDocument;
  readonly fetchedOn: Date;
}

interface Answered {
  readonly body: string;
  readonly fetchedOn: Date;
  readonly from: Page['from'];
}

/** Pages and answers of APIs, kept so that most runs ask for none (specification, 5.2 and 5.3). */
export class KeptPages implements Pages {
  readonly #options: PagesOptions;
  readonly #underWay = new Map<string, Promise<Answered>>();
  readonly #staleUses: StaleUse[] = [];

  constructor(options: PagesOptions) {
    this.#options = options;
  }

  get staleUses(): readonly StaleUse[] {
    return this.#staleUses;
  }

  async get(request: PageRequest): Promise<Page> {
    const { url, encoding, isJson = false } = request;
    const answered = await this.#answer({
      method: 'get_page',
      url,
      request,
      ask: async (options) => {
        const accept = isJson ? { accept: 'application/json' } : {};
        const answer = await this.#options.fetcher.get(url, { ...options, ...accept });
        if (answer.status === 304) return 'unchanged';
        const body = decodePage(answer.bytes, encoding, answer.headers['content-type']);
        if (isJson) readJson(body, url);
        return { body, headers: answer.headers };
      },
    });
    const { body: text, fetchedOn, from } = answered;
    return { text, fetchedOn, from, ...(isJson ? { value: readJson(text, url) } : {}) };
  }

  async redirect(url: string): Promise<string> {
    const answered = await this.#answer({
      method: 'get_url_from_redirect',
      url,
      request: { url },
      ask: async (options) => {
        const answer = await this.#options.fetcher.get(url, { ...options, followRedirects: false });
        if (answer.status === 304) return 'unchanged';
        const place = answer.status >= 300 ? answer.headers['location'] : undefined;
        const target = place === undefined ? undefined : URL.parse(place, answer.url);
        if (!target)
          throw fault('FPL020', { what: `'${shownAddress(url)}' answers ${answer.status} and no redirect` });
        return { body: target.href, headers: {} };
      },
    });
    return answered.body;
  }

  async headers(url: string): Promise<Readonly<Record<string, string>>> {
    const answered = await this.#answer({
      method: 'get_response_headers',
      url,
      request: { url },
      ask: async (options) => {
        const { headers, status } = await this.#head(url, options);
        if (status === 304) return 'unchanged';
        return { body: JSON.stringify(headers), headers: {} };
      },
    });
    return readJson(answered.body, url) as Readonly<Record<string, string>>;
  }

  async filename(url: string): Promise<string | undefined> {
    return dispositionName((await this.headers(url))['content-disposition']);
  }

  /** Some servers know no HEAD: they are asked for the first byte. */
  async #head(url: string, options: FetchOptions): Promise<FetchAnswer> {
    try {
      return await this.#options.fetcher.get(url, { ...options, method: 'HEAD' });
    } catch (error) {
      if (!isFault(error, 'FET005', 'FET004', 'FET007')) throw error;
      return await this.#options.fetcher.get(url, {
        ...options,
        headers: { ...options.headers, range: 'bytes=0-0' },
      });
    }
  }

  /** The same question is asked once at a time, and answered from what is kept while that is fresh. */
  async #answer(question: Question): Promise<Answered> {
    const { isOffline, isImmediate, clock, records } = this.#options;
    const query = this.#query(question);
    const index = records.indexOf(query);
    const underWay = this.#underWay.get(index);
    if (underWay) return await underWay;
    const kept = readKept(records.read(index));
    const { refreshMs = defaultRefreshMs } = question.request;
    const isFresh = kept && clock.nowMs() - kept.fetchedOn.getTime() <= refreshMs;
    if (kept && (isOffline || (isFresh && !isImmediate))) return answerOf(kept, 'kept');
    if (isOffline) throw fault('FPL005', { what: `'${shownAddress(question.url)}' is not here` });
    const asking = this.#ask(question, query, kept);
    this.#underWay.set(index, asking);
    try {
      return await asking;
    } finally {
      this.#underWay.delete(index);
    }
  }

  #query({ method, url, request }: Question): BsonDocument {
    const { encoding, isJson = false } = request;
    const user = userOf(credentialsFor(this.#options.credentials, url, false));
    return {
      method_name: method,
      url,
      ...(method === 'get_page' ? { is_json: isJson } : {}),
      ...(encoding === undefined ? {} : { encoding }),
      ...(user === undefined ? {} : { auth_user: user }),
    };
  }

  async #ask(question: Question, query: BsonDocument, kept: Kept | undefined): Promise<Answered> {
    const { records, clock, credentials } = this.#options;
    const { url, request } = question;
    const headers = {
      ...authorizationHeader(credentialsFor(credentials, url, false)),
      ...request.headers,
      ...conditionsOf(kept),
    };
    try {
      const told = await question.ask({ headers, timeoutMs, tries, unchangedIsAnswer: kept !== undefined });
      const fetchedOn = new Date(clock.nowMs());
      const isSame = told === 'unchanged' && kept;
      const body = isSame ? kept.body : (told as Told).body;
      const validators = isSame ? kept.headers : validatorsOf((told as Told).headers);
      await records.write({
        ...query,
        body,
        fetched_on: fetchedOn,
        last_attempt: fetchedOn,
        headers: validators,
      });
      return { body, fetchedOn, from: isSame ? 'unchanged' : 'network' };
    } catch (error) {
      if (!kept || !isFault(error) || isFault(error, 'FET015', 'SYS004')) throw error;
      return this.#useStale(url, kept, error);
    }
  }

  #useStale(url: string, kept: Kept, { problem: because }: ProblemError): Answered {
    const address = shownAddress(url);
    this.#staleUses.push({ address, fetchedOn: kept.fetchedOn, because });
    const what = `'${address}' is used as it was on ${kept.fetchedOn.toISOString()}: ${because.what}`;
    this.#options.onProblem(problem('FPL006', { what }));
    return answerOf(kept, 'stale');
  }
}

const answerOf = ({ body, fetchedOn }: Kept, from: Page['from']): Answered => ({ body, fetchedOn, from });

/** Undefined also for records of failures alone, and for those of programs that kept JSON as something else than text. */
function readKept(record: BsonDocument | undefined): Kept | undefined {
  const body = record?.['body'];
  const fetchedOn = record?.['fetched_on'];
  if (typeof body !== 'string' || !(fetchedOn instanceof Date)) return undefined;
  const headers = record?.['headers'];
  return { body, fetchedOn, headers: isPlain(headers) ? headers : {} };
}

const isPlain = (value: BsonValue | undefined): value is BsonDocument =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function validatorsOf(headers: Readonly<Record<string, string>>): BsonDocument {
  const { etag, 'last-modified': modified } = headers;
  return {
    ...(etag === undefined ? {} : { ETag: etag }),
    ...(modified === undefined ? {} : { 'Last-Modified': modified }),
  };
}

function conditionsOf(kept: Kept | undefined): Record<string, string> {
  const etag = kept?.headers['ETag'];
  const modified = kept?.headers['Last-Modified'];
  return {
    ...(typeof etag === 'string' ? { 'if-none-match': etag } : {}),
    ...(typeof modified === 'string' ? { 'if-modified-since': modified } : {}),
  };
}

function readJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw fault('FET010', {
      what: `'${shownAddress(url)}' answers no JSON`,
      why: `${messageOf(error)}.`,
      cause: error,
    });
  }
}
