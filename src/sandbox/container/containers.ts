import { fault } from '../../diagnostics/index.ts';
import { type ContainerHouse, type ContainerShape, createBody, ownerLabel } from './container-settings.ts';
import type { EngineClient } from './engine-client.ts';
import { fieldOf, textOf, textsOf } from './json-fields.ts';

/** A container that runs its idle process. */
export interface Container {
  readonly id: string;
  readonly shape: ContainerShape;
  /** Names of variables that the image or the engine brings along. */
  readonly environmentNames: readonly string[];
}

/** Variables an engine adds to every exec, and those a shell leaves behind. */
const enginesOwn = ['HOME', 'HOSTNAME', 'PATH', 'TERM', 'container', 'OLDPWD', 'PWD', 'SHLVL', '_'];

/** What images with the first contents of layers are called. */
const preparedName = 'packmill-prepared';

/** Makes, keeps and removes containers and the images that come of them. */
export class Containers {
  readonly client: EngineClient;
  readonly #house: ContainerHouse;

  constructor(client: EngineClient, house: ContainerHouse) {
    this.client = client;
    this.#house = house;
  }

  /** Creates a container and starts its idle process. Throws SBX031 when the engine refuses either. */
  async start(shape: ContainerShape): Promise<Container> {
    const { client } = this;
    const body = createBody(shape, this.#house);
    const created = await client.call({ method: 'POST', path: '/containers/create', body });
    const id = textOf(created.value, 'Id');
    if (created.status !== 201 || id === undefined) {
      throw refused('the engine does not create the container', created.message);
    }
    try {
      const started = await client.call({ method: 'POST', path: `/containers/${id}/start` });
      if (started.status !== 204) throw refused('the engine does not start the container', started.message);
      const { value } = await client.call({ method: 'GET', path: `/containers/${id}/json` });
      if (fieldOf(value, 'State', 'Running') !== true) {
        throw refused(
          'the container ended at once',
          `${textOf(value, 'State', 'Error') ?? ''} (exit code ${String(fieldOf(value, 'State', 'ExitCode'))})`,
        );
      }
      const own = textsOf(value, 'Config', 'Env').map((line) => line.slice(0, line.indexOf('=')));
      return { id, shape, environmentNames: [...new Set([...enginesOwn, ...own])] };
    } catch (error) {
      await this.remove(id).catch(() => {});
      throw error;
    }
  }

  /**
   * Kills whatever runs in a container and removes it; one that is gone already is fine. (To kill it first would be
   * one more request, and Podman's answer to that waits for the clean-up.) Throws SBX031 when the engine cannot.
   */
  async remove(id: string): Promise<void> {
    const path = `/containers/${id}`;
    const query = { force: 'true', v: 'true' };
    const { status, message } = await this.client.call({ method: 'DELETE', path, query });
    if (status >= 500) throw refused('the engine does not remove the container', message);
  }

  /**
   * Makes an image of a container's root and returns its id. `tag` names it: an image without a name goes together
   * with the last one that was made from it. Throws SBX031.
   */
  async commit(id: string, tag?: string): Promise<string> {
    const query = {
      container: id,
      pause: 'false',
      changes: `LABEL ${ownerLabel}=${JSON.stringify(this.#house.owner)}`,
      ...(tag === undefined ? {} : { repo: preparedName, tag }),
    };
    const answer = await this.client.call({ method: 'POST', path: '/commit', query, body: {} });
    const image = textOf(answer.value, 'Id');
    if (answer.status !== 201 || image === undefined) {
      throw refused("the engine does not keep the container's root", answer.message);
    }
    // Podman leaves the kind of digest out, and then takes its own answer for a name
    return image.includes(':') ? image : `sha256:${image}`;
  }

  /** Removes an image, and those without a name that it was made from, unless something still needs them. */
  async removeImage(id: string): Promise<void> {
    await this.client.call({ method: 'DELETE', path: `/images/${encodeURIComponent(id)}` });
  }

  /** Removes containers and images that a packmill of the same owner has left; returns how many of each. */
  async sweep(): Promise<{ readonly containers: number; readonly images: number }> {
    const filters = JSON.stringify({ label: [`${ownerLabel}=${this.#house.owner}`] });
    const containers = await this.#ids('/containers/json', { all: 'true', filters });
    for (const id of containers) await this.remove(id);
    // an image goes after those that were made from it
    const images = await this.#ids('/images/json', { all: 'true', filters });
    for (let round = 0; round < 4; round += 1) {
      const left = await this.#ids('/images/json', { all: 'true', filters });
      for (const id of left) await this.removeImage(id);
      if (left.length === 0) break;
    }
    return { containers: containers.length, images: images.length };
  }

  async #ids(path: string, query: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const { value } = await this.client.call({ method: 'GET', path, query });
    return Array.isArray(value) ? value.flatMap((one) => textOf(one, 'Id') ?? []) : [];
  }
}

function refused(what: string, said: string) {
  return fault('SBX031', {
    what,
    why: said === '' ? 'The engine gives no reason.' : `The engine says: ${said}`,
  });
}
