import { useLocation, useRoute } from 'preact-iso';
import { useMemo } from 'preact/hooks';
import { isNotFound } from '../api/client';
import { NoSuchChannel } from '../channel/NoSuchChannel';
import { recordedMedia } from '../player/media';
import { Player } from '../player/Player';
import { formatClock, formatDate, formatMissing } from '../ui/format';
import { Icon } from '../ui/Icon';
import { LiveBadge } from '../ui/LiveBadge';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import { PastBroadcasts } from './PastBroadcasts';
import { useChannelRecordings } from './useChannelRecordings';
import '../watch/watch.css';

/** One recording: its player, what it is, and others of the channel. */
export function RecordingPage() {
  const { slug = '', id = '' } = useRoute().params;
  return <OneRecording key={`${slug}/${id}`} slug={slug} id={id} />;
}

function OneRecording({ slug, id }: { slug: string; id: string }) {
  const { query } = useLocation();
  const { value, error, refresh } = useChannelRecordings(slug);
  const recording = value?.recordings.find((one) => one.id === id);
  // What was found stays the same media, however often the list is read.
  const isMissing = recording !== undefined && recording.state !== 'available';
  const media = useMemo(
    () => (recording === undefined || isMissing ? undefined : recordedMedia(recording)),
    [recording?.id, isMissing],
  );
  const title = value?.channel.title ?? '';
  usePageTitle(recording === undefined ? null : `${title}, ${formatDate(recording.startedAt)}`);

  if (isNotFound(error)) return <NoSuchChannel slug={slug} />;
  if (value !== null && recording === undefined) return <NoSuchRecording slug={slug} />;
  return (
    <main id="main" class="watch">
      <div class="watch-main">
        {isMissing ? (
          <Notice kind="warning">
            The media of this recording is missing from the server’s storage. It can be played when it is there again.
          </Notice>
        ) : (
          <Player
            media={media}
            title={title}
            choice={query.player === 'dash' ? 'dash' : 'hls'}
            selection={query.quality ?? 'auto'}
            ownsPage
            isUnreachable={error !== null}
            ask={refresh}
          />
        )}
        {value !== null && recording !== undefined && (
          <>
            <section class="facts" aria-label="About the recording">
              <h1>{title}</h1>
              <div class="facts-row">
                <span class="badge">Recording</span>
                <span class="fact">{formatDate(recording.startedAt)}</span>
                <span class="fact">
                  <Icon name="clock" size={18} /> {formatClock(recording.durationSeconds * 1000)}
                </span>
                {recording.missingSegments > 0 && <span class="fact">{formatMissing(recording.missingSegments)}</span>}
                {value.channel.live && (
                  <a class="fact" href={`/watch/${slug}`}>
                    <LiveBadge /> Watch the live broadcast
                  </a>
                )}
              </div>
            </section>
            <PastBroadcasts slug={slug} title={title} recordings={value.recordings.filter((one) => one.id !== id)} />
          </>
        )}
      </div>
    </main>
  );
}

function NoSuchRecording({ slug }: { slug: string }) {
  return (
    <main id="main" class="page page-message">
      <p class="eyebrow">404</p>
      <h1>This recording is not there</h1>
      <p class="lead">Recordings are deleted by their broadcaster, or when they are too old.</p>
      <a class="button button-primary" href={`/recordings/${slug}`}>
        See the channel’s recordings
      </a>
    </main>
  );
}
