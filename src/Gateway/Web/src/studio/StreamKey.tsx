import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { CopyField } from '../ui/CopyField';
import { Icon } from '../ui/Icon';
import type { Credentials } from './useCredentials';

/** The address and the key to broadcast with. */
export function StreamKey({ credentials: { rtmpUrl, streamKey, rotate } }: { credentials: Credentials }) {
  const [asks, setAsks] = useState(false);
  return (
    <section class="panel" aria-labelledby="key-title">
      <h2 id="key-title">Where to broadcast to</h2>
      <CopyField label="Server" value={rtmpUrl ?? 'asking the server'} />
      {streamKey !== null ? (
        <>
          <CopyField label="Stream key" value={streamKey} secret />
          <p class="hint">Copy it now: it is shown this once. Whoever has it can broadcast to your channel.</p>
        </>
      ) : (
        <p class="hint">The stream key was shown when it was made. If you no longer have it, make a new one.</p>
      )}
      <button type="button" class="button" onClick={() => setAsks(true)}>
        <Icon name="refresh" size={16} /> Create a new key
      </button>
      {asks && (
        <ConfirmDialog
          title="Create a new stream key?"
          confirm="Create a new key"
          onConfirm={rotate}
          onClose={() => setAsks(false)}
        >
          <p>The old key stops working at once. Whoever broadcasts with it has to enter the new one.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
