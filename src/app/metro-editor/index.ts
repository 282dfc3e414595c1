// The door of the command that talks to editors: the protocol's library is loaded for it alone.
export { serveEditor } from './language-server.ts';
