import { usePageTitle } from './ui/usePageTitle';

export function NotFoundPage() {
  usePageTitle('Page not found');
  return (
    <main id="main" class="page page-message">
      <p class="eyebrow">404</p>
      <h1>There is nothing at this address</h1>
      <p class="lead">The link may be old, or a letter may be missing.</p>
      <a class="button button-primary" href="/">
        See who is live
      </a>
    </main>
  );
}
