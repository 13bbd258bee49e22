import { useMemo, useState } from 'preact/hooks';
import type { Channel } from '../api/channel';
import { liveMedia } from '../player/media';
import { Player } from '../player/Player';
import { Icon } from '../ui/Icon';

export interface PreviewProps {
  channel: Channel;
  isUnreachable: boolean;
  ask: () => Promise<void>;
}

/** The broadcast as viewers get it. It is loaded on request: it costs what a viewer costs. */
export function Preview({ channel, isUnreachable, ask }: PreviewProps) {
  const [shown, setShown] = useState(false);
  const media = useMemo(() => liveMedia(channel), [channel]);
  return (
    <section class="panel" aria-labelledby="preview-title">
      <div class="panel-head">
        <h2 id="preview-title">Preview</h2>
        {shown && (
          <button type="button" class="button button-quiet" onClick={() => setShown(false)}>
            Hide
          </button>
        )}
      </div>
      {shown ? (
        <Player
          media={media}
          title={channel.title}
          isInterrupted={channel.ingest?.state === 'interrupted'}
          isUnreachable={isUnreachable}
          ask={ask}
          startsMuted
        />
      ) : (
        <>
          <p class="hint">See the broadcast as your viewers do, without sound at first and a few seconds late.</p>
          <button type="button" class="button" onClick={() => setShown(true)}>
            <Icon name="play" size={16} /> Show the preview
          </button>
        </>
      )}
    </section>
  );
}
