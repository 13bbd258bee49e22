import type { Recording } from '../api/recording';
import { formatClock, formatDate } from '../ui/format';
import { Picture } from '../ui/Picture';

/** A recording among others. */
export function RecordingCard({ recording, title }: { recording: Recording; title: string }) {
  return (
    <li class="card">
      <a href={recording.watchUrl}>
        <div class="card-picture">
          <Picture seed={recording.id} title={title} source={recording.thumbnail} />
          <span class="badge badge-viewers badge-duration">
            {recording.state === 'missing' ? 'Missing' : formatClock(recording.durationSeconds * 1000)}
          </span>
        </div>
        <h3>{formatDate(recording.startedAt)}</h3>
      </a>
    </li>
  );
}
