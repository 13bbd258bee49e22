import { formatSeconds } from '../ui/format';
import { Icon } from '../ui/Icon';
import { togglePictureInPicture } from './fullscreen';
import type { Playback } from './Playback';
import { heightLabel } from './renditions';
import { VolumeControl } from './VolumeControl';

/** Further behind than this, "Live" is a way back instead of a state. */
const behindSecondsMax = 3;

export interface ControlBarProps {
  playback: Playback;
  isFullscreen: boolean;
  menuOpen: boolean;
  onMenu: () => void;
  onFullscreen: () => void;
}

export function ControlBar({ playback, isFullscreen, menuOpen, onMenu, onFullscreen }: ControlBarProps) {
  const { video, engine } = playback;
  const isPaused = video.paused;
  const atLive = !isPaused && (engine?.behindLive() ?? 0) < behindSecondsMax;
  const latency = engine?.latency() ?? null;
  const current = playback.renditions.find(({ name }) => name === engine?.current());

  return (
    <div class="control-bar">
      <button
        type="button"
        class="player-button"
        onClick={() => playback.togglePlay()}
        aria-label={isPaused ? 'Play' : 'Pause'}
        data-tip={isPaused ? 'Play (space)' : 'Pause (space)'}
      >
        <Icon name={isPaused ? 'play' : 'pause'} size={22} />
      </button>
      <VolumeControl video={video} />
      <button
        type="button"
        class={`go-live ${atLive ? 'is-live' : ''}`}
        onClick={() => playback.goLive()}
        aria-label={atLive ? 'You are watching live' : 'Go to the live broadcast'}
        {...(atLive ? {} : { 'data-tip': 'Go live (l)' })}
      >
        <span class="go-live-dot" />
        {atLive ? 'Live' : 'Go live'}
      </button>
      {latency !== null && (
        <span class="control-latency" title="From the broadcaster’s server to your screen">
          {formatSeconds(latency)} <span class="control-latency-word">latency</span>
        </span>
      )}
      <span class="control-space" />
      <button
        type="button"
        class="player-button player-button-text"
        onClick={onMenu}
        aria-label={`Settings${current ? `, showing ${heightLabel(current)}` : ''}`}
        aria-haspopup="menu"
        aria-expanded={menuOpen}
        data-tip={menuOpen ? undefined : 'Settings'}
        data-settings
      >
        {current && <span>{heightLabel(current)}</span>}
        <Icon name="settings" size={22} />
      </button>
      {document.pictureInPictureEnabled && (
        <button
          type="button"
          class="player-button picture-in-picture"
          onClick={() => togglePictureInPicture(video)}
          aria-label="Picture in picture"
          data-tip="Picture in picture (p)"
        >
          <Icon name="pictureInPicture" size={22} />
        </button>
      )}
      <button
        type="button"
        class="player-button"
        onClick={onFullscreen}
        aria-label={isFullscreen ? 'Leave full screen' : 'Full screen'}
        data-tip={isFullscreen ? 'Leave full screen (f)' : 'Full screen (f)'}
        data-tip-end
      >
        <Icon name={isFullscreen ? 'exitFullscreen' : 'fullscreen'} size={22} />
      </button>
    </div>
  );
}
