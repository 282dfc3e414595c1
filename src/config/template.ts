/** The `packmill.yaml` that init writes: the settings people change first, with their meaning. */
export function configTemplate(repository: string, arch: string): string {
  return `# packmill.yaml: settings of this farm. Everything has a default; docs/configuration.md lists all settings.

# Name of the pacman repository and the architecture it is built for.
repository: ${repository}
arch: ${arch}

# Builds at one time. Default: one for each processor.
# jobs: 2

sandbox:
  # host: this machine's /usr and /etc, read-only. Or a folder or tarball with a root file system.
  root: host
  # none | fetch-only (sources may be downloaded, builds run without network) | full
  network: fetch-only
  timeout: 2h
  # memory: 4GiB

dependencies:
  # What to do about a dependency that neither the farm nor 'host-provides' offers:
  # assume (go on and say so in the log) or fail.
  otherwise: assume
  host-provides: [glibc, gcc-libs, gcc, make, binutils, bash, sh, coreutils, git, pkgconf, python, perl]
`;
}
