/**
 * Keys that this page was told, by channel. They live in memory alone: the server tells a key once, and a reload should
 * not leave it in the browser.
 */
const known = new Map<string, string>();

export const rememberStreamKey = (slug: string, key: string | null) => {
  if (key !== null) known.set(slug, key);
};

export const forgetStreamKey = (slug: string) => known.delete(slug);

export const knownStreamKey = (slug: string) => known.get(slug) ?? null;
