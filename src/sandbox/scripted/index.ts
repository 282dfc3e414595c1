export { type SandboxScript, type ScriptedAct, ScriptedDriver } from './scripted-driver.ts';
