// The door for those who need what a user has set and nothing of the settings of a farm: it loads no schema.
export { type HostCredentials, readUserSettings, type UserSettings } from './user-settings.ts';
