export { buildImage, type ImageOrder } from './build-image.ts';
export { detectEngine, type Engine, type EngineEnvironment, type EngineFinding } from './detect-engine.ts';
export { ContainerDriver, type ContainerOptions } from './driver.ts';
export type { ImageFacts } from './image-keeper.ts';
