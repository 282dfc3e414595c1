export type { ChangeRequest, Forge, NewChangeRequest, OpenedRequest } from './forge.ts';
export { type ForgeSurroundings, forgeFromEnvironment } from './from-environment.ts';
