import type { SandboxCapability, SandboxMount } from '../sandbox-driver.ts';
import { idleScript } from './scripts.ts';

/** What a container is made with and keeps for its life; commands that want the same may share it. */
export interface ContainerShape {
  /** Id of the image, so that a pull in between changes nothing. */
  readonly image: string;
  /** Whether the root can be written to. */
  readonly writable: boolean;
  readonly network: boolean;
  /** Sources as the engine knows them. */
  readonly mounts: readonly SandboxMount[];
  readonly memoryBytes: number | undefined;
  readonly processes: number | undefined;
  readonly capabilities: readonly SandboxCapability[];
}

/** What is the same for all containers of a driver. */
export interface ContainerHouse {
  /** Whose containers these are: leftovers are told by it. */
  readonly owner: string;
  readonly cpus: number | undefined;
  readonly openFiles: { readonly soft: number; readonly hard: number };
  /** Podman as an ordinary user: keep that user's number in the container. */
  readonly keepsUser: boolean;
}

export const ownerLabel = 'packmill.owner';

/** What pacman and its install scripts need as root, and nothing that reaches beyond the container's files. */
const rootCapabilities = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETFCAP', 'SETGID', 'SETUID', 'SYS_CHROOT'],
];

const temporary = (mode: string): string => `rw,exec,nosuid,nodev,mode=${mode}`;

/** Folders every sandbox has of its own. */
const temporaryFolders = {
  '/build': temporary('1777'),
  '/run': temporary('0755'),
  '/tmp': temporary('1777'),
  '/var/tmp': temporary('1777'),
};

/** The idle process, its sleep, the script around the command, and the one that sends TERM. */
const ownProcesses = 4;

/** The body of `POST /containers/create` (Docker Engine API 1.43). */
export function createBody(shape: ContainerShape, house: ContainerHouse) {
  const { memoryBytes, processes, mounts } = shape;
  return {
    Image: shape.image,
    Hostname: 'packmill',
    User: '0:0',
    Entrypoint: ['/bin/sh', '-c', idleScript, 'packmill-idle'],
    Cmd: [],
    WorkingDir: '/',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    OpenStdin: false,
    Tty: false,
    Healthcheck: { Test: ['NONE'] },
    Labels: { [ownerLabel]: house.owner },
    HostConfig: {
      AutoRemove: true,
      ReadonlyRootfs: !shape.writable,
      // left out, the engine's own default holds
      ...(shape.network ? {} : { NetworkMode: 'none' }),
      ...(house.keepsUser ? { UsernsMode: 'keep-id' } : {}),
      Mounts: mounts.map((mount) => ({
        Type: 'bind',
        Source: mount.source,
        Target: mount.target,
        ReadOnly: !mount.writable,
      })),
      Tmpfs: temporaryFolders,
      CapDrop: ['ALL'],
      CapAdd: [...rootCapabilities, ...shape.capabilities],
      SecurityOpt: ['no-new-privileges'],
      IpcMode: 'private',
      Ulimits: [{ Name: 'nofile', Soft: house.openFiles.soft, Hard: house.openFiles.hard }],
      ...(processes === undefined ? {} : { PidsLimit: processes + ownProcesses }),
      // the same number twice: no swap on top
      ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
      ...(house.cpus === undefined ? {} : { NanoCpus: Math.round(house.cpus * 1e9) }),
    },
  };
}
