export { BubblewrapDriver, type BubblewrapOptions } from './driver.ts';
export { checkOverlayPath } from './layers.ts';
