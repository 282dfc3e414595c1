import { useEffect, useState } from 'preact/hooks';
import { go } from '../frame/location.ts';
import type { Page } from '../page.ts';
import { comeBack } from '../pieces/account.ts';
import { tell } from '../pieces/notice.tsx';
import { Problem } from '../pieces/problem.tsx';
import { Empty } from '../pieces/values.tsx';

/** Where the provider of accounts sends people back to. */
function SignedInView() {
  const [trouble, tellTrouble] = useState<Parameters<typeof Problem>[0]['problem'] | undefined>();
  useEffect(() => {
    void comeBack(location.search).then((end) => {
      if ('problem' in end) return tellTrouble(end.problem);
      tell(`You are signed in as ${end.name}.`);
      go(end.back, { replace: true });
    });
  }, []);
  return trouble ? <Problem problem={trouble} /> : <Empty>signing in …</Empty>;
}

export const signedInPage: Page = { path: '/signed-in', title: () => 'Signing in', view: SignedInView };
