import type { Recording } from '../api/recording';
import { formatClock, formatDate } from '../ui/format';
import { Picture } from '../ui/Picture';

export interface RecordingCardProps {
  recording: Recording;
  title: string;
  /** The element of its heading: one level below the heading that the card stands under. */
  heading: 'h2' | 'h3';
}

/** A recording among others. */
export function RecordingCard({ recording, title, heading: Heading }: RecordingCardProps) {
  return (
    <li class="card">
      <a href={recording.watchUrl}>
        <div class="card-picture">
          <Picture seed={recording.id} title={title} source={recording.thumbnail} />
          <span class="badge badge-viewers badge-duration">
            {recording.state !== 'available' ? 'Missing' : formatClock(recording.durationSeconds * 1000)}
          </span>
        </div>
        <Heading>{formatDate(recording.startedAt)}</Heading>
      </a>
    </li>
  );
}
