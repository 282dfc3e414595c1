import { type Github, githubOf } from './forges/github.ts';
import { type Gitlab, gitlabOf } from './forges/gitlab.ts';
import { type Pages, pagesOf } from './forges/listing.ts';
import type { HubCore } from './hub-core.ts';
import { type Golang, golangOf } from './languages/golang.ts';
import { type Meson, mesonOf } from './languages/meson.ts';
import { type Python, pythonOf } from './languages/python.ts';
import { type Rust, rustOf } from './languages/rust.ts';

/**
 * Members of the hub beyond the services of the run: what knows a kind of upstream or of language. Each is made when an
 * autogen first asks for it.
 */
export interface HubServices {
  readonly github: Github;
  readonly gitlab: Gitlab;
  readonly pages: Pages;
  readonly golang: Golang;
  readonly rust: Rust;
  readonly meson: Meson;
  readonly python: Python;
}

/** How each service is made. */
export const serviceMakers: { readonly [Name in keyof HubServices]: (hub: HubCore) => HubServices[Name] } = {
  github: githubOf,
  gitlab: gitlabOf,
  pages: pagesOf,
  golang: golangOf,
  rust: rustOf,
  meson: mesonOf,
  python: pythonOf,
};
