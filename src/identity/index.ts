export {
  type Account,
  type OpenidProvider,
  openidProvider,
  type ProviderSettings,
  type SignInAttempt,
} from './openid-provider.ts';
