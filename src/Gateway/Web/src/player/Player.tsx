import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon } from '../ui/Icon';
import { ControlBar } from './ControlBar';
import type { Selection } from './engine';
import { useFullscreen } from './fullscreen';
import type { Media } from './media';
import type { PlayerChoice } from './openEngine';
import { PlayerNotice } from './PlayerNotice';
import { SettingsMenu } from './SettingsMenu';
import { StatsPanel } from './StatsPanel';
import { useIdle } from './useIdle';
import { useMediaSession } from './useMediaSession';
import { usePlayback } from './usePlayback';
import { useShortcuts } from './useShortcuts';
import { toggleMute } from './volume';
import './player.css';
import './controlBar.css';

export interface PlayerProps {
  /** What there is to play: null when nothing, undefined while that is not known. */
  media: Media | null | undefined;
  title: string;
  choice?: PlayerChoice;
  selection?: Selection;
  /** The page is for watching: its keys are the player's. */
  ownsPage?: boolean;
  /** Without sound at first, whatever the viewer's volume. */
  startsMuted?: boolean;
  /** The broadcaster is away for a moment. */
  isInterrupted?: boolean;
  isUnreachable: boolean;
  /** What is offered when a broadcast is over. */
  atEnd?: ComponentChildren;
  /** Asks the server what there is. */
  ask: () => Promise<void>;
}

/** A broadcast's video with its controls, live or recorded. */
export function Player({
  media,
  title,
  choice = 'hls',
  selection = 'auto',
  ownsPage = false,
  startsMuted = false,
  isInterrupted = false,
  isUnreachable,
  atEnd = null,
  ask,
}: PlayerProps) {
  const player = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const [showsStats, setShowsStats] = useState(false);
  const playback = usePlayback(video, { media, choice, selection, startsMuted, ask });
  const [isFullscreen, toggleFullscreen] = useFullscreen(player, video);
  const toggleStats = () => setShowsStats((shown) => !shown);
  useShortcuts(playback, player, ownsPage, { toggleFullscreen, toggleStats });
  useMediaSession(playback, title);

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
      <video ref={video} playsInline aria-label={`Video of ${title}`} />
      <div class="player-surface" onPointerUp={hasPicture ? onSurface : undefined} onDblClick={toggleFullscreen} />
      <PlayerNotice
        playback={playback}
        isKnown={media !== undefined && !(media !== null && playback?.phase === 'offline')}
        isInterrupted={isInterrupted}
        isUnreachable={isUnreachable}
        atEnd={atEnd}
      />
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
