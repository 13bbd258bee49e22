import { useEffect } from 'preact/hooks';
import type { Playback } from './Playback';
import { seekSeconds } from './useShortcuts';

/**
 * What is outside the page (media keys, a headset, the lock screen, the picture-in-picture window) shows the title and does
 * what the player's own buttons do. Left to itself, the browser would pause and play the video without the player's knowing why.
 */
export function useMediaSession(playback: Playback | null, title: string) {
  useEffect(() => {
    if (playback === null || !('mediaSession' in navigator)) return;
    const { mediaSession } = navigator;
    const actions: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
      play: () => void playback.play(),
      pause: () => playback.pause(),
      seekbackward: ({ seekOffset }) => playback.seekBy(-(seekOffset ?? seekSeconds)),
      seekforward: ({ seekOffset }) => playback.seekBy(seekOffset ?? seekSeconds),
    };
    const entries = Object.entries(actions) as [MediaSessionAction, MediaSessionActionHandler][];
    mediaSession.metadata = new MediaMetadata({ title });
    for (const [action, handler] of entries) mediaSession.setActionHandler(action, handler);
    return () => {
      mediaSession.metadata = null;
      for (const [action] of entries) mediaSession.setActionHandler(action, null);
    };
  }, [playback, title]);
}
