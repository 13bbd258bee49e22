import type { ChannelSummary } from '../api/channel';
import { Icon } from '../ui/Icon';
import { Thumbnail } from '../ui/Thumbnail';

export function OfflineChannels({ channels }: { channels: ChannelSummary[] }) {
  return (
    <section aria-labelledby="offline-title">
      <div class="section-head">
        <h2 id="offline-title">Offline</h2>
        <span class="count">{channels.length}</span>
      </div>
      <ul class="offline-channels">
        {channels.map(({ slug, title, recordings }) => (
          <li key={slug}>
            <a href={`/watch/${slug}`}>
              <Thumbnail slug={slug} title={title} live={false} />
              <span class="offline-title">
                {title}
                {recordings > 0 && (
                  <small>
                    {recordings} {recordings === 1 ? 'recording' : 'recordings'}
                  </small>
                )}
              </span>
              <Icon name="chevron" size={16} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
