import { listChannels } from '../api/client';
import { usePolled } from '../api/usePolled';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import { ChannelCard } from './ChannelCard';
import { FirstSteps } from './FirstSteps';
import { OfflineChannels } from './OfflineChannels';
import './home.css';

const refreshMs = 5_000;

/** Who is live, and who is not. */
export function HomePage() {
  usePageTitle(null);
  const { value: channels, error } = usePolled(listChannels, refreshMs);
  const live = channels?.filter((channel) => channel.live).sort((one, other) => other.viewers - one.viewers) ?? [];
  const offline = channels?.filter((channel) => !channel.live) ?? [];

  return (
    <main id="main" class="page home">
      {error !== null && <Notice kind="error">The server cannot be reached. Trying again every 5 s.</Notice>}
      {channels === null && error === null && <CardsToCome />}
      {channels !== null && (
        <>
          <div class="section-head">
            <h1>Live now</h1>
            {live.length > 0 && <span class="count">{live.length}</span>}
          </div>
          {live.length > 0 ? (
            <ul class="cards">
              {live.map((channel) => (
                <ChannelCard key={channel.slug} channel={channel} />
              ))}
            </ul>
          ) : (
            <FirstSteps hasChannels={offline.length > 0} />
          )}
          {offline.length > 0 && <OfflineChannels channels={offline} />}
        </>
      )}
    </main>
  );
}

function CardsToCome() {
  return (
    <div class="cards" role="status" aria-label="Loading the channels">
      {[0, 1, 2].map((index) => (
        <div key={index} class="card-to-come" />
      ))}
    </div>
  );
}
