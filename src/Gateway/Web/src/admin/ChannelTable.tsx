import type { ChannelSummary } from '../api/channel';
import { formatCount } from '../ui/format';
import { LiveBadge } from '../ui/LiveBadge';

export function ChannelTable({ channels }: { channels: ChannelSummary[] }) {
  if (channels.length === 0) {
    return (
      <section class="panel">
        <p class="hint">There are no channels yet. Make the first one.</p>
      </section>
    );
  }
  return (
    <section class="panel panel-flush">
      <table class="channels">
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">State</th>
            <th scope="col" class="numeric">
              Viewers
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {channels.map(({ slug, title, live, viewers }) => (
            <tr key={slug}>
              <th scope="row">
                <a href={`/watch/${slug}`}>{title}</a>
                <small>{slug}</small>
              </th>
              <td>{live ? <LiveBadge /> : <span class="muted">Offline</span>}</td>
              <td class="numeric digits">{formatCount(viewers)}</td>
              <td class="numeric">
                <a class="button button-small" href={`/studio/${slug}`}>
                  Studio
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
