import { formatClock, formatSeconds } from '../ui/format';
import { Icon } from '../ui/Icon';
import { togglePictureInPicture } from './fullscreen';
import type { Playback } from './Playback';
import { heightLabel } from './renditions';
import { behindLabel, ScrubBar } from './ScrubBar';
import { VolumeControl } from './VolumeControl';

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
  const current = playback.renditions.find(({ name }) => name === engine?.current());

  return (
    <div class="controls">
      <ScrubBar playback={playback} />
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
        {playback.isLive ? <LiveState playback={playback} /> : <RecordedTime playback={playback} />}
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
    </div>
  );
}

/** Whether one is at the live edge, the way back there, and how far it is. */
function LiveState({ playback }: { playback: Playback }) {
  const { isAtLive, range, video, engine } = playback;
  const latency = engine?.latency() ?? null;
  return (
    <>
      <button
        type="button"
        class={`go-live ${isAtLive ? 'is-live' : ''}`}
        onClick={() => playback.goLive()}
        aria-label={isAtLive ? 'You are watching live' : 'Go to the live broadcast'}
        {...(isAtLive ? {} : { 'data-tip': 'Go live (l)' })}
      >
        <span class="go-live-dot" />
        {isAtLive ? 'Live' : 'Go live'}
      </button>
      {isAtLive && latency !== null && (
        <span class="control-time" title="From the broadcaster’s server to your screen">
          {formatSeconds(latency)} <span class="control-time-word">latency</span>
        </span>
      )}
      {!isAtLive && range !== null && (
        <span class="control-time" title="Behind the live broadcast">
          {behindLabel(range, video.currentTime)}
        </span>
      )}
    </>
  );
}

function RecordedTime({ playback: { range, video } }: { playback: Playback }) {
  if (range === null) return null;
  return (
    <span class="control-time">
      {formatClock((video.currentTime - range.start) * 1000)} <span class="muted">/</span>{' '}
      {formatClock((range.end - range.start) * 1000)}
    </span>
  );
}
