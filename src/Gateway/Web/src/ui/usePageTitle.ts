import { useEffect } from 'preact/hooks';
import { productName } from '../brand';

export function usePageTitle(title: string | null) {
  useEffect(() => {
    document.title = title === null ? productName : `${title} · ${productName}`;
  }, [title]);
}
