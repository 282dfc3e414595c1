export { capture } from './capture.ts';
export {
  type CaptureContainer,
  type Captured,
  type CaptureFormat,
  type CaptureRequest,
  captureFormat,
  type ImageFacts,
  type Surroundings,
  type UnpackRequest,
} from './contract.ts';
export { unpackArchive } from './unpack.ts';
