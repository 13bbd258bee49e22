import type { ChannelSummary } from '../api/channel';
import { formatSince, formatViewers } from '../ui/format';
import { Icon } from '../ui/Icon';
import { LiveBadge } from '../ui/LiveBadge';
import { Thumbnail } from '../ui/Thumbnail';
import { useNow } from '../ui/useNow';

const qualityWords = { full: null, reduced: 'Reduced quality', 'source-only': 'Original quality only' } as const;

export function ChannelCard({ channel }: { channel: ChannelSummary }) {
  const now = useNow(20_000);
  const quality = channel.quality && qualityWords[channel.quality.level];
  return (
    <li class="card">
      <a href={`/watch/${channel.slug}`}>
        <div class="card-picture">
          <Thumbnail slug={channel.slug} title={channel.title} live={channel.live} />
          <LiveBadge />
          <span class="badge badge-viewers">
            <Icon name="viewers" size={14} /> {formatViewers(channel.viewers)}
          </span>
        </div>
        <h2>{channel.title}</h2>
        <p>
          {channel.startedAt !== null && <>Live {formatSince(now - Date.parse(channel.startedAt))}</>}
          {quality && <span title={channel.quality?.reason ?? undefined}> · {quality}</span>}
        </p>
      </a>
    </li>
  );
}
