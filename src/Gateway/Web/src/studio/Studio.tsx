import type { Channel } from '../api/channel';
import { Icon } from '../ui/Icon';
import { Notice } from '../ui/Notice';
import { ChannelSettings } from './ChannelSettings';
import { EncoderGuide } from './EncoderGuide';
import { IngestPanel } from './IngestPanel';
import { Preview } from './Preview';
import { RecordingsPanel } from './RecordingsPanel';
import { StreamKey } from './StreamKey';
import { useCredentials } from './useCredentials';

export interface StudioProps {
  channel: Channel;
  token: string;
  isUnreachable: boolean;
  refresh: () => Promise<void>;
  onRefused: (reason: string) => void;
}

export function Studio({ channel, token, isUnreachable, refresh, onRefused }: StudioProps) {
  const credentials = useCredentials(channel.slug, token, onRefused);
  return (
    <main id="main" class="page">
      <div class="page-head">
        <div>
          <p class="eyebrow">Studio</p>
          <h1>{channel.title}</h1>
        </div>
        <a class="button" href={`/watch/${channel.slug}`} target="_blank" rel="noopener">
          Watch page <Icon name="external" size={16} />
        </a>
      </div>
      {isUnreachable && <Notice kind="error">The server cannot be reached. What is shown is old. Trying again.</Notice>}
      <div class="studio">
        <div class="studio-column">
          <IngestPanel channel={channel} />
          {channel.live && <Preview channel={channel} isUnreachable={isUnreachable} ask={refresh} />}
          <RecordingsPanel slug={channel.slug} token={token} />
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
