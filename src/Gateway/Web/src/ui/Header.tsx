import { useLocation } from 'preact-iso';
import { productName } from '../brand';

/** The bar on top of every page. */
export function Header() {
  const { path } = useLocation();
  const current = (at: string) => (path === at ? { 'aria-current': 'page' as const } : {});
  return (
    <header class="header">
      <a class="header-brand" href="/" aria-label={`${productName}, home`}>
        <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="9" class="brand-tile" />
          <path d="M8.5 20.5v-9M13.5 23.5v-15M18.5 20.5v-9M23.5 17.5v-3" class="brand-bars" />
        </svg>
        <span>{productName}</span>
      </a>
      <nav class="header-nav" aria-label="Pages">
        <a href="/" {...current('/')}>
          Channels
        </a>
        <a href="/admin" {...current('/admin')}>
          Manage
        </a>
      </nav>
    </header>
  );
}
