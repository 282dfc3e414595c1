import type { CatalogueTable } from './entry.ts';

/** Codes HTP001 to HTP999: what is asked over HTTP. */
export const httpCodes = {
  HTP001: {
    severity: 'error',
    blame: 'usage',
    title: 'the request is malformed',
    why: 'A part of the path, the query, a header or the body is not what this route takes; nothing was done.',
    next: "See '/api/openapi.json' for what the route takes.",
    sample: { broken: 'GET /api/logs/Foo', fixed: 'GET /api/logs/foo' },
  },
  HTP002: {
    severity: 'error',
    blame: 'usage',
    title: 'the request needs a valid token',
    why: 'The route changes the farm or hands out its objects, and the request brought no token or one that means nothing here.',
    next: "Send the header 'Authorization: Bearer TOKEN' with a token of the farm; tokens of attempts end with their attempt.",
    sample: {
      broken: 'curl -X POST http://farm/api/schedule -d @request.json',
      fixed: "curl -X POST -H 'Authorization: Bearer TOKEN' http://farm/api/schedule -d @request.json",
    },
  },
  HTP003: {
    severity: 'error',
    blame: 'usage',
    title: 'the token is for something else',
    why: 'Each token has one role: operators schedule, cancel and drain, builders fetch and hand in objects. A token that is lost opens only its own doors.',
    next: 'Use a token with the role that is named.',
    sample: {
      broken: "POST /api/schedule with a builder's token",
      fixed: "POST /api/schedule with an operator's token",
    },
  },
  HTP004: {
    severity: 'error',
    blame: 'usage',
    title: 'there is nothing of this name here',
    why: 'The path names no route, or a log, job, builder or object that the farm has not (any more).',
    next: "See '/api/openapi.json' for the routes; '/api/queue/packages' and '/api/builds' name jobs.",
    sample: { broken: 'GET /api/logs/nowhere', fixed: 'GET /api/logs/hello' },
  },
  HTP005: {
    severity: 'error',
    blame: 'usage',
    title: 'too many wrong tokens came from this address',
    why: 'Whoever guesses tokens is turned away: after some wrong ones an address has to wait. A right token passes all the same.',
    next: "Correct the token, it passes at once. Wrong ones are looked at again after the seconds that the header 'Retry-After' tells. Behind a proxy set TRUST_PROXY, so that addresses are told apart.",
    sample: {
      broken: 'eleven requests with a mistyped token within a minute',
      fixed: 'one request with the right token',
    },
  },
  HTP006: {
    severity: 'error',
    blame: 'usage',
    title: 'the upload goes on at another offset',
    why: 'Pieces of an object have to come in order and without a gap; the farm has another number of bytes than the request thinks, or another request is writing this upload.',
    next: "Go on at the offset in the header 'Upload-Offset'; with a 'Retry-After' ask again after so many seconds.",
    sample: {
      broken: "PATCH with 'Upload-Offset: 0' when 4096 bytes have arrived",
      fixed: "PATCH with 'Upload-Offset: 4096' and the bytes from there on",
    },
  },
  HTP007: {
    severity: 'error',
    blame: 'usage',
    title: 'what was sent is too large',
    why: 'Bodies and objects have limits, and so has all that one token may have on its way, so that nobody fills the disk of the farm.',
    next: 'Send less, finish the uploads that were begun, or let the operator raise the limit.',
    sample: {
      broken: 'an upload of 5 GiB where 4 GiB are allowed',
      fixed: 'an upload of 3 GiB',
    },
  },
  HTP008: {
    severity: 'error',
    blame: 'world',
    title: 'the bytes that arrived are not the object that was named',
    why: 'Objects are named by the SHA-256 of their bytes, and what arrived has another one: it was changed on the way, or the file changed while it was sent. It was thrown away.',
    next: 'Compute the hash again and upload the object from its beginning.',
    sample: {
      broken: 'PATCH /api/objects/DIGEST/upload with the bytes of another file',
      fixed: 'PATCH /api/objects/DIGEST/upload with the file that has this SHA-256',
    },
  },
  HTP009: {
    severity: 'error',
    blame: 'usage',
    title: 'the range lies behind the end',
    why: 'The first byte that was asked for does not exist (yet).',
    next: "Ask for bytes below the length that the header 'Content-Range' tells.",
    sample: { broken: 'Range: bytes=500- of 100 bytes', fixed: 'Range: bytes=50- of 100 bytes' },
  },
  HTP010: {
    severity: 'error',
    blame: 'world',
    title: 'the farm takes no more of these now',
    why: 'The limit of uploads or followers at one time is reached, or the manager is about to end.',
    next: "Try again after the seconds that the header 'Retry-After' tells.",
    sample: {
      broken: 'a seventeenth upload beside sixteen others',
      fixed: 'the same upload when another one is done',
    },
  },
  HTP011: {
    severity: 'error',
    blame: 'world',
    title: 'the web port cannot be opened',
    why: 'Another process listens on this address and port, the address is not of this machine, or the port is reserved.',
    next: 'End the other process, or choose another address or port.',
    sample: { broken: 'two managers with the same web port', fixed: 'one of them with another port' },
  },
  HTP070: {
    severity: 'error',
    blame: 'bug',
    title: 'packmill has a fault in a route',
    why: 'An error that packmill does not expect ended the request. What it was stands in the log of the manager, not in the answer.',
    next: "Report it with the lines of the manager's log that name the request.",
    sample: { broken: '(none: every known case has its own code)', fixed: '(none)' },
  },
} as const satisfies CatalogueTable;
