import { fault, messageOf } from '../diagnostics/index.ts';
import type { Download, ExpectedHashes } from '../fastpull/index.ts';
import { DistFile } from './dist-file.ts';
import type { Unit } from './run-context.ts';

/** What an artifact is made of (specification 2.2). The names with underscores are those of YAML files. */
export interface ArtifactOptions {
  /** Over http or https; `mirror://NAME/PATH` stands for the servers of `profiles/thirdpartymirrors`. */
  readonly url: string;
  /** Default: the last part of the address. */
  readonly finalName?: string | undefined;
  readonly final_name?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly extra_http_headers?: Readonly<Record<string, string>> | undefined;
  /** Anything else is an error, and nothing is stored. */
  readonly expectHashes?: ExpectedHashes | undefined;
  /** Bytes. */
  readonly expectSize?: number | undefined;
  /** Other addresses of the same bytes, asked when the first one fails. */
  readonly mirrors?: readonly string[] | undefined;
}

/** A file that lies on a server of its upstream: downloaded once, hashed, listed in SRC_URI and Manifest. */
export class Artifact extends DistFile {
  readonly url: string;
  readonly #options: ArtifactOptions;

  /** Throws AGN016 for the address and PMS004 for the name. */
  constructor(unit: Unit, options: ArtifactOptions) {
    const url = checkedUrl(options.url);
    super(unit, options.finalName ?? options.final_name ?? nameOf(url));
    this.url = url;
    this.#options = options;
  }

  /**
   * Downloads it unless it is here. Throws FET problems, FPL003 for other hashes than expected, FPL004 for a damaged file,
   * AGN038 for a mirror that nobody knows.
   */
  async fetch(): Promise<void> {
    if (this.isStored) return;
    const { run } = this.unit;
    const { url, finalName } = this;
    const { headers, extra_http_headers: moreHeaders, expectHashes, expectSize } = this.#options;
    const { mirrors = [] } = this.#options;
    const request = {
      url,
      finalName,
      addresses: [url, ...mirrors].flatMap((one) => run.mirrors.expand(one)),
      headers: headers ?? moreHeaders,
      expectHashes,
      expectSize,
      onProgress: run.onDownload,
    };
    const asked = JSON.stringify([url, suffixOf(finalName), expectHashes ?? {}, expectSize ?? 0]);
    let download: Promise<Download> | undefined = run.downloads.get(asked);
    if (!download) {
      download = run.fastpull.download(request);
      run.downloads.set(asked, download);
      // each one who asks handles the failure
      download.catch(() => undefined);
    }
    this.settle((await download).blob);
  }

  /** Whether it is here now; with `throw: false` a failure is `false`. */
  async ensureFetched(options: { readonly throw?: boolean } = {}): Promise<boolean> {
    if (options.throw !== false) {
      await this.fetch();
      return true;
    }
    return (await this.tryFetch()).ok;
  }

  /** Downloads it and says how that went. */
  async tryFetch(): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: Error }> {
    try {
      await this.fetch();
      return { ok: true };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error(messageOf(error)) };
    }
  }

  override async ensureCompleted(): Promise<boolean> {
    await this.fetch();
    return true;
  }

  protected override get notReady(): string {
    return 'is not fetched yet';
  }
}

function checkedUrl(url: unknown): string {
  if (typeof url === 'string' && /^(?:https?|mirror):\/\/\S+$/.test(url)) return url;
  throw fault('AGN016', {
    what:
      typeof url === 'string'
        ? `malformed or unsupported protocol in '${url}'`
        : 'an artifact has no url, or one that is no text',
  });
}

/** The last part of an address without query and fragment; nothing is decoded. */
function nameOf(url: string): string {
  return (/^[^?#]*/.exec(url)?.[0] ?? '').split('/').at(-1) ?? '';
}

/** What decides how a file is verified. */
function suffixOf(name: string): string {
  return /(?:\.tar)?\.[a-z0-9]+$/i.exec(name)?.[0] ?? '';
}
