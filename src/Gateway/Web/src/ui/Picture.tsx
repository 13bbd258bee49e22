export interface PictureProps {
  /** What its colour is made of. */
  seed: string;
  title: string;
  source: string | null;
}

/** A still in the proportions of a card. Without one, a colour of its own and the title's initial. */
export function Picture({ seed, title, source }: PictureProps) {
  return (
    <div class="thumbnail" style={{ '--hue': hueOf(seed) }}>
      {source === null ? (
        <span class="thumbnail-initial" aria-hidden="true">
          {[...title.trim()][0]?.toUpperCase() ?? ''}
        </span>
      ) : (
        <img src={source} alt="" loading="lazy" />
      )}
    </div>
  );
}

function hueOf(seed: string): number {
  let hash = 0;
  for (const letter of seed) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  // Steps of the golden angle keep neighbours in the alphabet apart.
  return Math.round(hash * 137.508) % 360;
}
