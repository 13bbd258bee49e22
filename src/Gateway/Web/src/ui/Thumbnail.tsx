import { useEffect, useState } from 'preact/hooks';
import { Picture } from './Picture';

const refreshMs = 15_000;

/** A still of the broadcast, a new one now and then. */
export function Thumbnail({ slug, title, live }: { slug: string; title: string; live: boolean }) {
  const [source, setSource] = useState<string | null>(null);

  useEffect(() => {
    setSource(null);
    if (!live) return;
    let stopped = false;
    const load = () => {
      if (document.hidden) return;
      // The old picture stays until the new one is here, and for good when there is none.
      const image = new Image();
      image.onload = () => !stopped && setSource(image.src);
      image.src = `/live/${encodeURIComponent(slug)}/thumbnail.jpg?t=${Math.floor(Date.now() / refreshMs)}`;
    };
    load();
    const timer = window.setInterval(load, refreshMs);
    return () => {
      stopped = true;
      window.clearInterval(timer);
    };
  }, [slug, live]);

  return <Picture seed={slug} title={title} source={source} />;
}
