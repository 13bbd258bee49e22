import { useLocation, useRoute } from 'preact-iso';
import { useCallback } from 'preact/hooks';
import type { Channel } from '../api/channel';
import { getChannel, isNotFound } from '../api/client';
import { usePolled } from '../api/usePolled';
import { Player } from '../player/Player';
import { usePageTitle } from '../ui/usePageTitle';
import { BroadcastFacts } from './BroadcastFacts';
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
  usePageTitle(channel?.title ?? null);

  if (isNotFound(error)) return <NoSuchChannel slug={slug} />;
  return (
    <main id="main" class="watch">
      <div class="watch-main">
        <Player
          channel={channel}
          choice={query.player === 'dash' ? 'dash' : 'hls'}
          selection={query.quality ?? 'auto'}
          ownsPage
          isUnreachable={error !== null}
          askChannel={refresh}
        />
        {channel && <BroadcastFacts channel={channel} />}
      </div>
    </main>
  );
}

function NoSuchChannel({ slug }: { slug: string }) {
  usePageTitle('No such channel');
  return (
    <main id="main" class="page page-message">
      <p class="eyebrow">404</p>
      <h1>There is no channel “{slug}”</h1>
      <p class="lead">It may have been deleted, or a letter of the address may be wrong.</p>
      <a class="button button-primary" href="/">
        See who is live
      </a>
    </main>
  );
}
