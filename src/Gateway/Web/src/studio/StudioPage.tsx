import { useRoute } from 'preact-iso';
import { useCallback, useState } from 'preact/hooks';
import { useAdminToken } from '../api/adminToken';
import type { Channel } from '../api/channel';
import { getChannel, isNotFound } from '../api/client';
import { usePolled } from '../api/usePolled';
import { ChannelForm } from '../channel/ChannelForm';
import { Notice } from '../ui/Notice';
import { TokenGate } from '../ui/TokenGate';
import { usePageTitle } from '../ui/usePageTitle';
import { Studio } from './Studio';
import './studio.css';

const refreshMs = 2_000;

export function StudioPage() {
  const slug = useRoute().params.slug ?? '';
  return <StudioOf key={slug} slug={slug} />;
}

/** The broadcaster's page: asks for the token, makes the channel where there is none, then shows it at work. */
function StudioOf({ slug }: { slug: string }) {
  const [token, keepToken] = useAdminToken();
  const [refusal, setRefusal] = useState<string | null>(null);
  const ask = useCallback(() => findChannel(slug, token ?? undefined), [slug, token]);
  const { value: channel, error, refresh } = usePolled(ask, refreshMs);
  usePageTitle(`Studio: ${channel === null || channel === 'none' ? slug : channel.title}`);

  const refuse = (reason: string) => {
    setRefusal(reason);
    keepToken(null);
  };

  if (token === null) {
    return (
      <TokenGate
        title="Studio"
        refusal={refusal}
        onToken={(value) => {
          setRefusal(null);
          keepToken(value);
        }}
      >
        The studio of <strong>{slug}</strong> shows how to broadcast to it and how the broadcast is doing.
      </TokenGate>
    );
  }
  if (channel === 'none') {
    return (
      <main id="main" class="page page-narrow">
        <h1>New channel</h1>
        <p class="lead">There is no channel “{slug}” yet. Give it a title, and you can go live in a minute.</p>
        <section class="panel">
          <ChannelForm slug={slug} token={token} onRefused={refuse} onCreated={refresh} />
        </section>
      </main>
    );
  }
  // What is below creates the channel where there is none: it has to be known first.
  if (channel === null) return <Asking error={error} />;
  return (
    <Studio channel={channel} token={token} isUnreachable={error !== null} refresh={refresh} onRefused={refuse} />
  );
}

/** That there is no such channel is an answer here, and stays the last good one while the server cannot be reached. */
async function findChannel(slug: string, token: string | undefined): Promise<Channel | 'none'> {
  try {
    return await getChannel(slug, token);
  } catch (error) {
    if (isNotFound(error)) return 'none';
    throw error;
  }
}

function Asking({ error }: { error: unknown }) {
  return (
    <main id="main" class="page">
      {error === null ? (
        <div class="spinner spinner-page" role="status" aria-label="Loading" />
      ) : (
        <Notice kind="error">The server cannot be reached. Trying again.</Notice>
      )}
    </main>
  );
}
