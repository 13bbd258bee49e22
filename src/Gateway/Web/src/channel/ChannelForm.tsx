import { useState } from 'preact/hooks';
import { slugLengthMax, slugPattern, titleLengthMax } from '../api/channel';
import { isUnauthorized, putChannel } from '../api/client';
import { rememberStreamKey } from '../api/streamKeys';
import { Notice } from '../ui/Notice';

export interface ChannelFormProps {
  /** The channel's address, where it is decided already. */
  slug?: string;
  token: string;
  onRefused: (reason: string) => void;
  onCreated: (slug: string) => void | Promise<void>;
}

/** Makes a channel and keeps its key for the studio. */
export function ChannelForm({ slug: given, token, onRefused, onCreated }: ChannelFormProps) {
  const [chosen, setChosen] = useState('');
  const [title, setTitle] = useState('');
  const [error, setError] = useState<string | null>(null);
  const slug = given ?? chosen;

  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      const credentials = await putChannel(slug, token, title.trim() || slug);
      rememberStreamKey(slug, credentials.streamKey);
      await onCreated(slug);
    } catch (reason) {
      if (isUnauthorized(reason)) onRefused('The server did not take this admin token.');
      else setError((reason as Error).message);
    }
  };

  return (
    <form class="form" onSubmit={(event) => void create(event)}>
      {error !== null && <Notice kind="error">{error}</Notice>}
      {given === undefined && (
        <label class="field">
          <span>Address</span>
          <input
            value={chosen}
            required
            pattern={slugPattern}
            maxLength={slugLengthMax}
            autocapitalize="none"
            spellcheck={false}
            placeholder="my-channel"
            onInput={(event) => setChosen(event.currentTarget.value)}
          />
          <small>Small letters, digits and dashes: /watch/{chosen || 'my-channel'}</small>
        </label>
      )}
      <label class="field">
        <span>Title</span>
        <input
          value={title}
          maxLength={titleLengthMax}
          placeholder={slug || 'My channel'}
          onInput={(event) => setTitle(event.currentTarget.value)}
        />
        <small>Viewers see it on the home page and below the video. It can be changed at any time.</small>
      </label>
      <button class="button button-primary" type="submit">
        Make the channel
      </button>
    </form>
  );
}
