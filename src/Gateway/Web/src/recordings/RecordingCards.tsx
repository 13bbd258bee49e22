import type { Recording } from '../api/recording';
import { RecordingCard } from './RecordingCard';

export function RecordingCards({ recordings, title }: { recordings: Recording[]; title: string }) {
  return (
    <ul class="cards">
      {recordings.map((recording) => (
        <RecordingCard key={recording.id} recording={recording} title={title} />
      ))}
    </ul>
  );
}
