import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { Empty } from '../pieces/values.tsx';
import { WhyPanel } from '../pieces/why-panel.tsx';

function WhyView({ query }: PageProps) {
  const of = query.get('of') ?? '';
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setQuery({ of: form.get('of')?.toString().trim() });
  };
  return (
    <>
      <form class="filters" onSubmit={submit}>
        <label>
          A package, or a job <code>target/arch/name</code>{' '}
          <input name="of" size={32} required value={of} key={of} />
        </label>
        <button type="submit" class="main">
          Why?
        </button>
      </form>
      {of === '' ? (
        <Empty>Why it waits, failed, or is not in the repository; and when it will be.</Empty>
      ) : (
        <WhyPanel of={of} />
      )}
    </>
  );
}

export const whyPage: Page = {
  path: '/why',
  title: () => 'Why',
  view: WhyView,
  nav: { label: 'Why', group: 'Tools' },
};
