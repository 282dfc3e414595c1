import type { CatalogueTable } from './entry.ts';

/** Codes SSH001 to SSH999. */
export const sshCodes = {
  SSH001: {
    severity: 'error',
    blame: 'world',
    title: 'a tunnel through ssh does not come up',
    why: 'ssh could not connect, or the port at the far end of the tunnel does not answer: the host is down or not reachable, sshd does not run, the account may not forward to that port, or nothing listens on it.',
    next: "Look at ssh's own words and repair the cause. A tunnel that was open once is opened again by itself.",
    sample: {
      broken: 'a tunnel to port 6379 of a host on which Redis is stopped',
      fixed: 'the same with Redis running and the port allowed by PermitOpen',
    },
  },
  SSH002: {
    severity: 'error',
    blame: 'world',
    title: 'the host key is not the expected one',
    why: 'The server shows another key than the one that is pinned or was seen before. Either its keys were made anew, or somebody else answers in its name; nothing was sent to it.',
    next: "Ask the operator of the host for the fingerprint ('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' there). When it is the new one, put the new key into the settings, or remove the old line from the known_hosts file that is named.",
    sample: {
      broken: 'a host installed anew, with the key of before pinned',
      fixed: 'the key of the new installation pinned',
    },
  },
  SSH003: {
    severity: 'error',
    blame: 'world',
    title: 'files cannot be transferred',
    why: 'sftp ended with an error: the host is not reachable, the connection broke, or the server refused a step.',
    next: "Look at sftp's own words and repair the cause. The same transfer again goes on where this one stopped.",
    sample: {
      broken: 'an upload while the network cable is pulled',
      fixed: 'the same upload with the network back',
    },
  },
  SSH004: {
    severity: 'error',
    blame: 'world',
    title: 'there is no space left at the other end',
    why: 'The file system that the files are sent to has less space left than they need.',
    next: 'Make room on that file system, then repeat the transfer.',
    sample: {
      broken: 'an upload of 2 GiB to a disk with 1 GiB left',
      fixed: 'the same upload after old files were removed',
    },
  },
  SSH005: {
    severity: 'error',
    blame: 'world',
    title: 'the account may not do this with a file',
    why: 'The server refused to open, make, rename or remove a file or a folder because of its permissions.',
    next: 'Let the account write in the folder: owner and mode of the folder itself, and of the folders above it.',
    sample: {
      broken: "a landing zone of 'root' with mode 0755, uploads by another account",
      fixed: 'the landing zone owned by the account of the uploads',
    },
  },
  SSH006: {
    severity: 'warning',
    blame: 'world',
    title: 'a host key is trusted because nobody said which one to expect',
    why: 'No host key is pinned, so the key that the server showed on the first contact was taken and written down. From now on any other one is refused, but whoever answered the first time could have been somebody else.',
    next: "Compare the fingerprint with what 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub' says on the host, and pin the key in the settings.",
    sample: {
      broken: 'a tunnel without a host key in its settings',
      fixed: "the line 'ssh-ed25519 AAAA...' of the host in the settings",
    },
  },
  SSH007: {
    severity: 'error',
    blame: 'world',
    title: 'the server does not let us in',
    why: 'The server knows no such account, or its authorized_keys does not hold the public half of the key that is used.',
    next: "Check the user name, and put the output of 'ssh-keygen -yf KEYFILE' into the account's authorized_keys.",
    sample: {
      broken: 'a key that was made today and is not yet on the server',
      fixed: 'its public half in the authorized_keys of the account',
    },
  },
  SSH008: {
    severity: 'error',
    blame: 'usage',
    title: 'settings of ssh cannot be used',
    why: 'A host key has to be a line as in a known_hosts file or as ssh-keyscan prints it, a key file has to be readable by us alone, and names of files cannot contain line breaks.',
    next: "Correct the setting that is named. 'ssh-keyscan -t ed25519 HOST' prints the line of a host; compare its fingerprint with the host before you trust it.",
    sample: {
      broken: "the host key 'SHA256:uNiVztksCsDhcc0u9e8BrwmaIQG2LPBqTDsGkOHZkK0'",
      fixed: "the host key 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI...'",
    },
  },
} as const satisfies CatalogueTable;
