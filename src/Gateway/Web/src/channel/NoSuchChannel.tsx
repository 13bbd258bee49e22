import { usePageTitle } from '../ui/usePageTitle';

export function NoSuchChannel({ slug }: { slug: string }) {
  usePageTitle('No such channel');
  return (
    <main id="main" class="page page-message">
      <p class="eyebrow">404</p>
      <h1>There is no channel “{slug}”</h1>
      <p class="lead">It may have been deleted, or a letter of the address may be wrong.</p>
      <a class="button button-primary" href="/">
        See who is live
      </a>
    </main>
  );
}
