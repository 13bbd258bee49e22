import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Channel } from '../api/channel';
import { listRecordings } from '../api/client';
import type { Recording } from '../api/recording';
import { usePolled } from '../api/usePolled';

const refreshMs = 30_000;

/** A broadcast becomes a recording within moments of its end, if it becomes one at all. */
const awaitingMs = 2_000;
const awaitedMs = 30_000;

export interface PastBroadcastsOfChannel {
  recordings: Recording[];
  /** The recording of the broadcast that ended while it was watched, null before there is one. */
  justEnded: Recording | null;
}

/** A channel's recordings, and among them the one of the broadcast that was on until a moment ago. */
export function usePastBroadcasts(slug: string, channel: Channel | null): PastBroadcastsOfChannel {
  const watched = useRef<string | null>(null);
  const endedAt = useRef<number | null>(null);
  if (channel?.live && channel.broadcastId !== null) watched.current = channel.broadcastId;
  const find = (all: Recording[] | null) => all?.find(({ id }) => id === watched.current) ?? null;
  const isAwaited = (all: Recording[] | null) =>
    endedAt.current !== null && performance.now() - endedAt.current < awaitedMs && find(all) === null;

  const ask = useCallback(() => listRecordings(slug), [slug]);
  const { value, refresh } = usePolled(ask, (all) => (isAwaited(all) ? awaitingMs : refreshMs));

  const isLive = channel?.live ?? null;
  useEffect(() => {
    endedAt.current = isLive === false && watched.current !== null ? performance.now() : null;
    if (endedAt.current !== null) void refresh();
  }, [isLive]);
  return { recordings: value ?? [], justEnded: isLive === false ? find(value) : null };
}
