import { Icon } from '../ui/Icon';
import { setVolume, toggleMute } from './volume';

export function VolumeControl({ video }: { video: HTMLVideoElement }) {
  const level = video.muted ? 0 : video.volume;
  const icon = level === 0 ? 'muted' : level < 0.5 ? 'volumeLow' : 'volume';
  return (
    <div class="volume">
      <button
        type="button"
        class="player-button"
        onClick={() => toggleMute(video)}
        aria-label={level === 0 ? 'Unmute' : 'Mute'}
        data-tip={level === 0 ? 'Unmute (m)' : 'Mute (m)'}
      >
        <Icon name={icon} size={22} />
      </button>
      <input
        class="volume-slider"
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={level}
        style={{ '--level': `${level * 100}%` }}
        aria-label="Volume"
        aria-valuetext={`${Math.round(level * 100)} %`}
        onInput={(event) => setVolume(video, event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
