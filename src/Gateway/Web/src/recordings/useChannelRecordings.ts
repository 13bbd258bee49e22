import { useCallback } from 'preact/hooks';
import type { Channel } from '../api/channel';
import { getChannel, listRecordings } from '../api/client';
import type { Recording } from '../api/recording';
import { usePolled, type Polled } from '../api/usePolled';

export interface ChannelRecordings {
  channel: Channel;
  recordings: Recording[];
}

/** A recording does not change; the list does when a broadcast ends or one is deleted. */
const refreshMs = 30_000;

export function useChannelRecordings(slug: string): Polled<ChannelRecordings> {
  const ask = useCallback(async () => {
    const [channel, recordings] = await Promise.all([getChannel(slug), listRecordings(slug)]);
    return { channel, recordings };
  }, [slug]);
  return usePolled(ask, refreshMs);
}
