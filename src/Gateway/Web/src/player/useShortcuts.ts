import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { togglePictureInPicture } from './fullscreen';
import type { Playback } from './Playback';
import { setVolume, toggleMute } from './volume';

/** How far a key goes back or forth. */
export const seekSeconds = 10;
const volumeStep = 0.1;

export interface ShortcutActions {
  toggleFullscreen: () => void;
  toggleStats: () => void;
}

/** Keys of the player. They are the page's where the player is what the page is for, else only the player's own. */
export function useShortcuts(
  playback: Playback | null,
  player: RefObject<HTMLElement | null>,
  ownsPage: boolean,
  actions: ShortcutActions,
) {
  const latest = useRef(actions);
  latest.current = actions;

  useEffect(() => {
    const target: Window | HTMLElement | null = ownsPage ? window : player.current;
    if (playback === null || target === null) return;
    const onKey = (event: Event) => {
      const key = event as KeyboardEvent;
      if (key.defaultPrevented || key.ctrlKey || key.metaKey || key.altKey || belongsElsewhere(key)) return;
      if (run(key.key, playback, latest.current)) key.preventDefault();
    };
    target.addEventListener('keydown', onKey);
    return () => target.removeEventListener('keydown', onKey);
  }, [playback, player, ownsPage]);
}

function run(key: string, playback: Playback, actions: ShortcutActions): boolean {
  const { video } = playback;
  switch (key.toLowerCase()) {
    case ' ':
    case 'k':
      playback.togglePlay();
      return true;
    case 'm':
      toggleMute(video);
      return true;
    case 'f':
      actions.toggleFullscreen();
      return true;
    case 'p':
      togglePictureInPicture(video);
      return true;
    case 's':
      actions.toggleStats();
      return true;
    case 'l':
      playback.goLive();
      return true;
    case 'arrowup':
      setVolume(video, video.volume + volumeStep);
      return true;
    case 'arrowdown':
      setVolume(video, video.volume - volumeStep);
      return true;
    case 'arrowleft':
      playback.seekBy(-seekSeconds);
      return true;
    case 'arrowright':
      playback.seekBy(seekSeconds);
      return true;
    default:
      return false;
  }
}

/** Typing, sliders and menus keep their keys, and a focused button its space bar. */
function belongsElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('input, textarea, select, dialog, [role=menu]')) return true;
  return key === ' ' && target.closest('button, a, summary') !== null;
}
