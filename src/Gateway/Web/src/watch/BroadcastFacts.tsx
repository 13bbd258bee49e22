import type { Channel } from '../api/channel';
import { formatClock, formatViewers } from '../ui/format';
import { Icon } from '../ui/Icon';
import { LiveBadge } from '../ui/LiveBadge';
import { Notice } from '../ui/Notice';
import { useNow } from '../ui/useNow';
import { qualitySentence } from './quality';

/** What is known of the channel, below its video. */
export function BroadcastFacts({ channel }: { channel: Channel }) {
  const quality = channel.live ? qualitySentence(channel.quality) : null;
  return (
    <section class="facts" aria-label="About the broadcast">
      <h1>{channel.title}</h1>
      <div class="facts-row">
        {channel.live ? <LiveBadge /> : <span class="badge">Offline</span>}
        {channel.live && (
          <span class="fact">
            <Icon name="viewers" size={18} /> {formatViewers(channel.viewers)}
          </span>
        )}
        {channel.live && channel.startedAt !== null && <Uptime startedAt={channel.startedAt} />}
      </div>
      {channel.live && channel.ingest?.state === 'interrupted' && (
        <Notice kind="warning">The broadcaster lost the connection. The broadcast goes on when it is back.</Notice>
      )}
      {quality !== null && <Notice kind="info">{quality}</Notice>}
    </section>
  );
}

function Uptime({ startedAt }: { startedAt: string }) {
  const now = useNow(1_000);
  return (
    <span class="fact" title={`Live since ${new Date(startedAt).toLocaleString()}`}>
      <Icon name="clock" size={18} /> <span class="digits">{formatClock(now - Date.parse(startedAt))}</span>
    </span>
  );
}
