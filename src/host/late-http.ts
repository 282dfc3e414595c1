// Node's HTTP is loaded by the first request: it takes as long as all of ours together, and many commands send none.

/** `node:http`. */
export const plainHttp = (): typeof import('node:http') => process.getBuiltinModule('node:http');

/** `node:https`. */
export const secureHttp = (): typeof import('node:https') => process.getBuiltinModule('node:https');
