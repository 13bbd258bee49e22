import type { Recording } from '../api/recording';
import { RecordingCards } from './RecordingCards';
import './recordings.css';

const shownMax = 4;

export interface PastBroadcastsProps {
  slug: string;
  title: string;
  recordings: Recording[];
}

/** A channel's newest recordings below its video, and the way to the others. */
export function PastBroadcasts({ slug, title, recordings }: PastBroadcastsProps) {
  if (recordings.length === 0) return null;
  return (
    <section class="past" aria-labelledby="past-title">
      <div class="section-head">
        <h2 id="past-title">Past broadcasts</h2>
        <a href={`/recordings/${slug}`}>
          {recordings.length > shownMax ? `All ${recordings.length}` : 'All recordings'}
        </a>
      </div>
      <RecordingCards recordings={recordings.slice(0, shownMax)} title={title} heading="h3" />
    </section>
  );
}
