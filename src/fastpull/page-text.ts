import { fault } from '../diagnostics/index.ts';

type Decoder = InstanceType<typeof TextDecoder>;

/** Names that Python has for encodings and the WHATWG standard does not. */
const pythonNames: Readonly<Record<string, string>> = {
  'latin-1': 'latin1',
  'utf-8-sig': 'utf-8',
  euc_jp: 'euc-jp',
};

/**
 * The text of a page: by the encoding that was asked for, else by the one that the answer names, else UTF-8, and Latin-1
 * (as browsers read it) when it is none. Throws FPL021 for an encoding that is not known.
 */
export function decodePage(
  bytes: Uint8Array,
  asked: string | undefined,
  contentType: string | undefined,
): string {
  if (asked !== undefined) {
    const decoder = decoderFor(asked);
    if (!decoder) throw fault('FPL021', { what: `the encoding '${asked}' is not known` });
    return decoder.decode(bytes);
  }
  const named = /charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1];
  const decoder = named === undefined ? undefined : decoderFor(named);
  if (decoder) return decoder.decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

function decoderFor(name: string): Decoder | undefined {
  const lower = name.toLowerCase();
  for (const label of [lower, pythonNames[lower], lower.replaceAll('_', '-')]) {
    if (label === undefined) continue;
    try {
      return new TextDecoder(label);
    } catch {
      // the next spelling
    }
  }
  return undefined;
}

/**
 * The file name in a `Content-Disposition` header (RFC 6266, RFC 8187), without any folders; undefined when there is none.
 */
export function dispositionName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const extended = /;\s*filename\*\s*=\s*([\w-]+)'[^']*'([^\s;]+)/i.exec(header);
  const name = (extended && decodeExtended(extended)) ?? plainName(header);
  const last = name?.replace(/^.*[/\\]/s, '').trim();
  return last === undefined || last === '' || last === '.' || last === '..' ? undefined : last;
}

function decodeExtended([, charset = '', value = '']: RegExpExecArray): string | undefined {
  const bytes = Buffer.from(
    value.replace(/%([0-9a-f]{2})/gi, (_all, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  );
  return decoderFor(charset)?.decode(bytes);
}

function plainName(header: string): string | undefined {
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/is.exec(header) ?? [];
  return quoted === undefined ? token : quoted.replace(/\\(.)/gs, '$1');
}
