import { useState } from 'preact/hooks';
import { isUnauthorized, putChannel } from '../api/client';
import { rememberStreamKey } from '../api/streamKeys';
import { Notice } from '../ui/Notice';

export interface NewChannelProps {
  slug: string;
  token: string;
  onRefused: (reason: string) => void;
  onCreated: () => Promise<void>;
}

export function NewChannel({ slug, token, onRefused, onCreated }: NewChannelProps) {
  const [title, setTitle] = useState('');
  const [error, setError] = useState<string | null>(null);
  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      const credentials = await putChannel(slug, token, title.trim() || slug);
      rememberStreamKey(slug, credentials.streamKey);
      await onCreated();
    } catch (reason) {
      if (isUnauthorized(reason)) onRefused('The server did not take this admin token.');
      else setError((reason as Error).message);
    }
  };
  return (
    <main id="main" class="page page-narrow">
      <h1>New channel</h1>
      <p class="lead">There is no channel “{slug}” yet. Give it a title, and you can go live in a minute.</p>
      {error !== null && <Notice kind="error">{error}</Notice>}
      <form class="panel form" onSubmit={(event) => void create(event)}>
        <label class="field">
          <span>Title</span>
          <input
            value={title}
            maxLength={120}
            placeholder={slug}
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
          <small>Viewers see it on the home page and below the video. It can be changed at any time.</small>
        </label>
        <button class="button button-primary" type="submit">
          Make the channel
        </button>
      </form>
    </main>
  );
}
