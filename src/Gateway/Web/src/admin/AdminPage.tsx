import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { useAdminToken } from '../api/adminToken';
import { listChannels } from '../api/client';
import { usePolled } from '../api/usePolled';
import { ChannelForm } from '../channel/ChannelForm';
import { Notice } from '../ui/Notice';
import { TokenGate } from '../ui/TokenGate';
import { usePageTitle } from '../ui/usePageTitle';
import { ChannelTable } from './ChannelTable';
import { ClusterPanel } from './ClusterPanel';
import { StoragePanel } from './StoragePanel';
import './admin.css';

const refreshMs = 5_000;

/** The operator's page: all channels, and a form for a new one. */
export function AdminPage() {
  usePageTitle('Manage channels');
  const { route } = useLocation();
  const [token, keepToken] = useAdminToken();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { value: channels, error } = usePolled(listChannels, refreshMs);

  if (token === null) {
    return (
      <TokenGate title="Manage channels" refusal={refusal} onToken={keepToken}>
        Whoever runs this server makes channels here and opens their studios.
      </TokenGate>
    );
  }
  const refuse = (reason: string) => {
    setRefusal(reason);
    keepToken(null);
  };
  return (
    <main id="main" class="page">
      <div class="page-head">
        <h1>Channels</h1>
        <button type="button" class="button" onClick={() => keepToken(null)}>
          Forget the token
        </button>
      </div>
      {error !== null && <Notice kind="error">The server cannot be reached. Trying again.</Notice>}
      <div class="admin">
        {channels !== null && <ChannelTable channels={channels} />}
        <div class="admin-side">
          <section class="panel" aria-labelledby="create-title">
            <h2 id="create-title">New channel</h2>
            <ChannelForm token={token} onRefused={refuse} onCreated={(slug) => route(`/studio/${slug}`)} />
          </section>
          <ClusterPanel token={token} />
          <StoragePanel token={token} />
        </div>
      </div>
    </main>
  );
}
