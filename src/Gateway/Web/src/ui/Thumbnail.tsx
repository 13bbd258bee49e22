import { useEffect, useState } from 'preact/hooks';

const refreshMs = 15_000;

/** A still of the broadcast, a new one now and then. Until there is one, the channel's own colour and initial. */
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

  return (
    <div class="thumbnail" style={{ '--hue': hueOf(slug) }}>
      {source === null ? (
        <span class="thumbnail-initial" aria-hidden="true">
          {[...title.trim()][0]?.toUpperCase() ?? ''}
        </span>
      ) : (
        <img src={source} alt="" />
      )}
    </div>
  );
}

function hueOf(slug: string): number {
  let hash = 0;
  for (const letter of slug) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  // Steps of the golden angle keep neighbours in the alphabet apart.
  return Math.round(hash * 137.508) % 360;
}
