import { useRoute } from 'preact-iso';
import { isNotFound } from '../api/client';
import { NoSuchChannel } from '../channel/NoSuchChannel';
import { LiveBadge } from '../ui/LiveBadge';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import { RecordingCards } from './RecordingCards';
import { useChannelRecordings } from './useChannelRecordings';

/** All recordings of a channel. */
export function RecordingsPage() {
  const slug = useRoute().params.slug ?? '';
  return <Recordings key={slug} slug={slug} />;
}

function Recordings({ slug }: { slug: string }) {
  const { value, error } = useChannelRecordings(slug);
  usePageTitle(value === null ? 'Recordings' : `Recordings of ${value.channel.title}`);
  if (isNotFound(error)) return <NoSuchChannel slug={slug} />;
  return (
    <main id="main" class="page">
      {error !== null && <Notice kind="error">The server cannot be reached. Trying again.</Notice>}
      {value === null && error === null && <div class="spinner spinner-page" role="status" aria-label="Loading" />}
      {value !== null && (
        <>
          <div class="page-head">
            <div>
              <p class="eyebrow">Recordings</p>
              <h1>{value.channel.title}</h1>
            </div>
            <a class="button" href={`/watch/${slug}`}>
              {value.channel.live && <LiveBadge />} Watch page
            </a>
          </div>
          {value.recordings.length > 0 ? (
            <RecordingCards recordings={value.recordings} title={value.channel.title} heading="h2" />
          ) : (
            <p class="lead">There are none yet. A broadcast appears here when it has ended.</p>
          )}
        </>
      )}
    </main>
  );
}
