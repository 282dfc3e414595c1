export { BubblewrapDriver, type BubblewrapOptions } from './driver.ts';
