export { type SftpOptions, SftpSession, type TransferOptions } from './sftp-session.ts';
export { checkKeyFile, type SshServer } from './ssh-server.ts';
export { openTunnel, type Tunnel, type TunnelOptions, type TunnelStatus } from './tunnel.ts';
