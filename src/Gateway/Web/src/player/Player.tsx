import { useRef, useState } from 'preact/hooks';
import type { Channel } from '../api/channel';
import { Icon } from '../ui/Icon';
import { ControlBar } from './ControlBar';
import type { Selection } from './engine';
import { useFullscreen } from './fullscreen';
import type { PlayerChoice } from './openEngine';
import { PlayerNotice } from './PlayerNotice';
import { SettingsMenu } from './SettingsMenu';
import { StatsPanel } from './StatsPanel';
import { useIdle } from './useIdle';
import { usePlayback } from './usePlayback';
import { useShortcuts } from './useShortcuts';
import { toggleMute } from './volume';
import './player.css';
import './controlBar.css';

export interface PlayerProps {
  channel: Channel | null;
  choice?: PlayerChoice;
  selection?: Selection;
  /** The page is for watching: its keys are the player's. */
  ownsPage?: boolean;
  /** Without sound at first, whatever the viewer's volume. */
  startsMuted?: boolean;
  isUnreachable: boolean;
  askChannel: () => Promise<void>;
}

/** A channel's live video with its controls. */
export function Player({
  channel,
  choice = 'hls',
  selection = 'auto',
  ownsPage = false,
  startsMuted = false,
  isUnreachable,
  askChannel,
}: PlayerProps) {
  const player = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const [showsStats, setShowsStats] = useState(false);
  const playback = usePlayback(video, { channel, choice, selection, startsMuted, askChannel });
  const [isFullscreen, toggleFullscreen] = useFullscreen(player, video);
  const toggleStats = () => setShowsStats((shown) => !shown);
  useShortcuts(playback, player, ownsPage, { toggleFullscreen, toggleStats });

  const hasPicture = playback?.engine != null && playback.phase === 'playing';
  const isPlaying = hasPicture && !playback.video.paused && !playback.stalls.isStalled;
  const [isIdle, wake] = useIdle(isPlaying && !menuOpen);

  const onSurface = (event: PointerEvent) => {
    // A finger's tap shows the controls; a mouse, which shows them by moving, plays and pauses.
    if (event.pointerType === 'mouse') playback?.togglePlay();
  };

  return (
    <div
      class={`player ${isIdle ? 'is-idle' : ''} ${hasPicture ? 'has-picture' : ''}`}
      ref={player}
      tabIndex={-1}
      onPointerMove={wake}
      onPointerDown={wake}
      onFocusIn={wake}
      onKeyDown={wake}
    >
      <video ref={video} playsInline aria-label={channel ? `Live video of ${channel.title}` : 'Live video'} />
      <div class="player-surface" onPointerUp={hasPicture ? onSurface : undefined} onDblClick={toggleFullscreen} />
      <PlayerNotice playback={playback} channel={channel} isUnreachable={isUnreachable} />
      {hasPicture && playback.mutedByBrowser && (
        <button type="button" class="player-pill unmute" onClick={() => toggleMute(playback.video)}>
          <Icon name="muted" size={18} /> Tap to unmute
        </button>
      )}
      {showsStats && playback && <StatsPanel playback={playback} onClose={toggleStats} />}
      {hasPicture && (
        <ControlBar
          playback={playback}
          isFullscreen={isFullscreen}
          menuOpen={menuOpen}
          onMenu={() => setMenuOpen((open) => !open)}
          onFullscreen={toggleFullscreen}
        />
      )}
      {menuOpen && hasPicture && (
        <SettingsMenu
          playback={playback}
          showsStats={showsStats}
          onStats={toggleStats}
          onClose={() => setMenuOpen(false)}
        />
      )}
    </div>
  );
}
