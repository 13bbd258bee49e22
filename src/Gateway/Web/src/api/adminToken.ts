import { useState } from 'preact/hooks';

const storageKey = 'admin-token';

/** The admin token, kept for this tab only. */
export function useAdminToken() {
  const [token, setToken] = useState(() => sessionStorage.getItem(storageKey));
  const keep = (value: string | null) => {
    if (value === null) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, value);
    setToken(value);
  };
  return [token, keep] as const;
}
