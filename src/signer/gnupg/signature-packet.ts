/** Public-key algorithms of OpenPGP whose signatures are put together here (RFC 4880 9.1, EdDSA from RFC 9580). */
export const signingAlgorithms = { rsa: 1, eddsa: 22 } as const;

/** SHA-256 in OpenPGP (RFC 4880 9.4). */
export const sha256Algorithm = 8;

export interface SignatureHead {
  /** One of `signingAlgorithms`. */
  readonly algorithm: number;
  /** Fingerprint of the key, 40 hexadecimal digits. */
  readonly fingerprint: string;
  /** Seconds since the epoch. */
  readonly createdSeconds: number;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};

const subpacket = (type: number, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([body.byteLength + 1, type]), body]);

/** The part of a version 4 signature packet that is hashed with the data (RFC 4880 5.2.3). */
export function signatureHashedPart(head: SignatureHead): Uint8Array {
  const issuer = Buffer.concat([Buffer.from([4]), Buffer.from(head.fingerprint, 'hex')]);
  const hashed = Buffer.concat([subpacket(33, issuer), subpacket(2, uint32(head.createdSeconds))]);
  // Version 4, type 0: a signature of a binary document.
  const fixed = Buffer.from([4, 0, head.algorithm, sha256Algorithm]);
  return Buffer.concat([fixed, uint16(hashed.byteLength), hashed]);
}

/** What is hashed behind the data: the hashed part and its length (RFC 4880 5.2.4). */
export function signatureTrailer(hashedPart: Uint8Array): Uint8Array {
  return Buffer.concat([hashedPart, Buffer.from([4, 0xff]), uint32(hashedPart.byteLength)]);
}

/** A multiprecision integer: its length in bits, then its bytes without leading zeros (RFC 4880 3.2). */
function multiprecision(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.byteLength && bytes[start] === 0) start += 1;
  const rest = bytes.subarray(start);
  const bits = rest.byteLength === 0 ? 0 : (rest.byteLength - 1) * 8 + (32 - Math.clz32(rest[0] ?? 0));
  return Buffer.concat([uint16(bits), rest]);
}

/**
 * A complete detached signature.
 * @param hash SHA-256 of the data and the trailer
 * @param numbers r and s for EdDSA, the one number for RSA; big-endian
 */
export function signaturePacket(
  head: SignatureHead,
  hashedPart: Uint8Array,
  hash: Uint8Array,
  numbers: readonly Uint8Array[],
): Uint8Array {
  const unhashed = subpacket(16, Buffer.from(head.fingerprint.slice(-16), 'hex'));
  const body = Buffer.concat([
    hashedPart,
    uint16(unhashed.byteLength),
    unhashed,
    hash.subarray(0, 2),
    ...numbers.map(multiprecision),
  ]);
  // Packet tag 2 in the old format, as GnuPG writes it, with one or two bytes of length (RFC 4880 4.2.1).
  const header =
    body.byteLength < 256
      ? Buffer.from([0x88, body.byteLength])
      : Buffer.concat([Buffer.from([0x89]), uint16(body.byteLength)]);
  return Buffer.concat([header, body]);
}

/**
 * The numbers in a canonical S-expression `(7:sig-val(5:eddsa(1:r32:…)(1:s32:…)))` as gpg-agent prints it;
 * undefined when it is something else.
 */
export function numbersOfSignature(expression: Uint8Array): readonly Uint8Array[] | undefined {
  const atoms: Buffer[] = [];
  const bytes = Buffer.from(expression);
  for (let at = 0; at < bytes.byteLength; ) {
    const character = String.fromCharCode(bytes[at] ?? 0);
    if (character === '(' || character === ')') {
      at += 1;
      continue;
    }
    const colon = bytes.indexOf(':', at);
    const length = colon < 0 ? Number.NaN : Number(bytes.toString('latin1', at, colon));
    if (!Number.isInteger(length) || length < 0 || colon + 1 + length > bytes.byteLength) return undefined;
    atoms.push(bytes.subarray(colon + 1, colon + 1 + length));
    at = colon + 1 + length;
  }
  const names = atoms.map((atom) => (atom.byteLength < 16 ? atom.toString('latin1') : ''));
  const [kind, algorithm, first, , second] = names;
  if (kind !== 'sig-val') return undefined;
  if (algorithm === 'eddsa' && first === 'r' && second === 's') return pick(atoms, [3, 5]);
  if (algorithm === 'rsa' && first === 's') return pick(atoms, [3]);
  return undefined;
}

function pick(atoms: readonly Buffer[], places: readonly number[]): readonly Uint8Array[] | undefined {
  const picked = places.map((place) => atoms[place]).filter((atom) => atom !== undefined);
  return picked.length === places.length ? picked : undefined;
}
