import type { Channel } from '../api/channel';
import type { Polled } from '../api/usePolled';
import { Icon } from '../ui/Icon';
import { Notice } from '../ui/Notice';
import { ChannelSettings } from './ChannelSettings';
import { EncoderGuide } from './EncoderGuide';
import { IngestPanel } from './IngestPanel';
import { Preview } from './Preview';
import { StreamKey } from './StreamKey';
import { useCredentials } from './useCredentials';

export interface StudioProps {
  slug: string;
  token: string;
  polled: Polled<Channel>;
  onRefused: (reason: string) => void;
}

export function Studio({ slug, token, polled, onRefused }: StudioProps) {
  const { value: channel, error, refresh } = polled;
  const credentials = useCredentials(slug, token, onRefused);
  if (channel === null) {
    return (
      <main id="main" class="page">
        {error === null
          ? <div class="spinner spinner-page" role="status" aria-label="Loading" />
          : <Notice kind="error">The server cannot be reached. Trying again.</Notice>}
      </main>
    );
  }
  return (
    <main id="main" class="page">
      <div class="page-head">
        <div>
          <p class="eyebrow">Studio</p>
          <h1>{channel.title}</h1>
        </div>
        <a class="button" href={`/watch/${slug}`} target="_blank" rel="noopener">
          Watch page <Icon name="external" size={16} />
        </a>
      </div>
      {error !== null && <Notice kind="error">The server cannot be reached. What is shown is old. Trying again.</Notice>}
      <div class="studio">
        <div class="studio-column">
          <IngestPanel channel={channel} />
          {channel.live && <Preview channel={channel} isUnreachable={error !== null} askChannel={refresh} />}
          <ChannelSettings channel={channel} token={token} onChanged={refresh} />
        </div>
        <div class="studio-column">
          <StreamKey credentials={credentials} />
          <EncoderGuide rtmpUrl={credentials.rtmpUrl} streamKey={credentials.streamKey} />
        </div>
      </div>
    </main>
  );
}
