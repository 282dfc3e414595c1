import { fault } from '../diagnostics/index.ts';
import { streamHttp } from '../host/index.ts';

export interface RemoteLogRequest {
  /** Web address of the manager, as `managerUrl` returns it. */
  readonly url: string;
  /** A pkgbase, or a whole job id. */
  readonly name: string;
  /** Go on until the job is over. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** A log of a manager elsewhere: the bytes that the browser shows. Throws CLI002 for a name without a log, SCH005. */
export async function followRemoteLog(request: RemoteLogRequest): Promise<AsyncIterable<Uint8Array>> {
  const { url, name, follow, signal } = request;
  const answer = await streamHttp({
    method: 'GET',
    url: `${url}/api/logs/${encodeURIComponent(name)}`,
    // a range is answered with what is there, everything else with what will come, too
    headers: follow ? {} : { range: 'bytes=0-' },
    signal,
  });
  if (answer.status === 200 || answer.status === 206) return answer.pieces;
  // an empty log has no range
  if (answer.status === 416) return none();
  const words = (await answer.text()).slice(0, 300);
  if (answer.status === 404 || answer.status === 400) throw fault('CLI002', { what: `'${name}' has no log` });
  throw fault('SCH005', { what: `the manager answers ${answer.status}: ${words}` });
}

async function* none(): AsyncGenerator<Uint8Array> {}
