import { useLocation, useRoute } from 'preact-iso';
import { useCallback, useMemo } from 'preact/hooks';
import type { Channel } from '../api/channel';
import { getChannel, isNotFound } from '../api/client';
import { usePolled } from '../api/usePolled';
import { NoSuchChannel } from '../channel/NoSuchChannel';
import { liveMedia } from '../player/media';
import { Player } from '../player/Player';
import { PastBroadcasts } from '../recordings/PastBroadcasts';
import { Icon } from '../ui/Icon';
import { usePageTitle } from '../ui/usePageTitle';
import { BroadcastFacts } from './BroadcastFacts';
import { usePastBroadcasts } from './usePastBroadcasts';
import './watch.css';

const liveRefreshMs = 5_000;
const offlineRefreshMs = 3_000;

const refreshMs = (channel: Channel | null) => (channel?.live ? liveRefreshMs : offlineRefreshMs);

export function WatchPage() {
  const slug = useRoute().params.slug ?? '';
  return <Watch key={slug} slug={slug} />;
}

function Watch({ slug }: { slug: string }) {
  const { query } = useLocation();
  const ask = useCallback(() => getChannel(slug), [slug]);
  const { value: channel, error, refresh } = usePolled(ask, refreshMs, { whileHidden: true });
  const { recordings, justEnded } = usePastBroadcasts(slug, channel);
  const media = useMemo(() => (channel === null ? undefined : liveMedia(channel)), [channel]);
  usePageTitle(channel?.title ?? null);

  if (isNotFound(error)) return <NoSuchChannel slug={slug} />;
  return (
    <main id="main" class="watch">
      <div class="watch-main">
        <Player
          media={media}
          title={channel?.title ?? ''}
          choice={query.player === 'dash' ? 'dash' : 'hls'}
          selection={query.quality ?? 'auto'}
          ownsPage
          isInterrupted={channel?.ingest?.state === 'interrupted'}
          isUnreachable={error !== null}
          atEnd={
            justEnded !== null && (
              <a class="player-pill" href={justEnded.watchUrl}>
                <Icon name="play" size={18} /> Watch the recording
              </a>
            )
          }
          ask={refresh}
        />
        {channel && <BroadcastFacts channel={channel} />}
        {channel && <PastBroadcasts slug={slug} title={channel.title} recordings={recordings} />}
      </div>
    </main>
  );
}
