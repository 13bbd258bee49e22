import type { Recording } from '../api/recording';
import { RecordingCard, type RecordingCardProps } from './RecordingCard';

export interface RecordingCardsProps extends Omit<RecordingCardProps, 'recording'> {
  recordings: Recording[];
}

export function RecordingCards({ recordings, ...card }: RecordingCardsProps) {
  return (
    <ul class="cards">
      {recordings.map((recording) => (
        <RecordingCard key={recording.id} recording={recording} {...card} />
      ))}
    </ul>
  );
}
