import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { type Channel, titleLengthMax } from '../api/channel';
import { deleteChannel, putChannel } from '../api/client';
import { forgetStreamKey } from '../api/streamKeys';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Icon } from '../ui/Icon';
import { Notice } from '../ui/Notice';

export interface ChannelSettingsProps {
  channel: Channel;
  token: string;
  onChanged: () => Promise<void>;
}

/** Its title, and its end. */
export function ChannelSettings({ channel, token, onChanged }: ChannelSettingsProps) {
  const { route } = useLocation();
  const [title, setTitle] = useState(channel.title);
  const [error, setError] = useState<string | null>(null);
  const [asks, setAsks] = useState(false);
  const isChanged = title.trim() !== '' && title.trim() !== channel.title;

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await putChannel(channel.slug, token, title.trim());
      setError(null);
      await onChanged();
    } catch (reason) {
      setError((reason as Error).message);
    }
  };
  const remove = async () => {
    await deleteChannel(channel.slug, token);
    forgetStreamKey(channel.slug);
    route('/admin');
  };

  return (
    <section class="panel channel-settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Channel</h2>
      {error !== null && <Notice kind="error">{error}</Notice>}
      <form class="form-row" onSubmit={(event) => void save(event)}>
        <label class="field">
          <span>Title</span>
          <input
            value={title}
            maxLength={titleLengthMax}
            required
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </label>
        <button class="button" type="submit" disabled={!isChanged}>
          Save
        </button>
      </form>
      <button type="button" class="button button-danger-quiet" onClick={() => setAsks(true)}>
        <Icon name="trash" size={16} /> Delete the channel
      </button>
      {asks && (
        <ConfirmDialog
          title={`Delete “${channel.title}”?`}
          confirm="Delete the channel"
          onConfirm={remove}
          onClose={() => setAsks(false)}
        >
          <p>
            {channel.live && 'The broadcast ends at once. '}
            The channel and its stream key are gone, and viewers can no longer find it. This cannot be undone.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}
