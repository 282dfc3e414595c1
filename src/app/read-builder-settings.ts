import { type BuilderSettings, builderSettings } from '../config/index.ts';
import { machine } from '../host/index.ts';

/** A builder's settings from the environment of this process. Throws CFG006, CFG008. */
export const readBuilderSettings = (): BuilderSettings => builderSettings(machine.variable);
