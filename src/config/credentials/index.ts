// The door for those who need credentials and nothing of the settings of a farm: it loads no schema.
export { type HostCredentials, loadCredentials } from './load-credentials.ts';
