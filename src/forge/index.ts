export type { ChangeRequest, Forge, NewChangeRequest, OpenedRequest } from './forge.ts';
export { type ForgeSurroundings, forgeFromEnvironment } from './from-environment.ts';
export { Github, type GithubOptions } from './github.ts';
export { Gitlab, type GitlabOptions } from './gitlab.ts';
