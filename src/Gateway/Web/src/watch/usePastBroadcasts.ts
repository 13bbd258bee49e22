import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Channel } from '../api/channel';
import { listRecordings } from '../api/client';
import type { Recording } from '../api/recording';
import { usePolled } from '../api/usePolled';

const refreshMs = 30_000;
/** A broadcast becomes a recording within moments of its end, if it becomes one at all. */
const awaitingMs = 2_000;
const awaitingMax = 15;

export interface PastOfChannel {
  recordings: Recording[];
  /** The recording of the broadcast that ended while it was watched, null before there is one. */
  justEnded: Recording | null;
}

/** A channel's recordings, and among them the one of the broadcast that was on until a moment ago. */
export function usePastBroadcasts(slug: string, channel: Channel | null): PastOfChannel {
  const watched = useRef<string | null>(null);
  const attempts = useRef(0);
  if (channel?.live && channel.broadcastId !== null) {
    watched.current = channel.broadcastId;
    attempts.current = 0;
  }

  const find = (all: Recording[] | null) => all?.find(({ id }) => id === watched.current) ?? null;
  const isAwaited = (all: Recording[] | null) =>
    channel?.live === false && watched.current !== null && find(all) === null && attempts.current++ < awaitingMax;
  const ask = useCallback(() => listRecordings(slug), [slug]);
  const { value, refresh } = usePolled(ask, (all) => (isAwaited(all) ? awaitingMs : refreshMs));

  const live = channel?.live;
  useEffect(() => {
    if (live === false && watched.current !== null) void refresh();
  }, [live]);
  return { recordings: value ?? [], justEnded: live === false ? find(value) : null };
}
