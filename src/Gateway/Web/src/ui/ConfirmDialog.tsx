import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Notice } from './Notice';

export interface ConfirmDialogProps {
  title: string;
  confirm: string;
  children: ComponentChildren;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something that cannot be undone. It stays open until it has been done, and says why where it failed. */
export function ConfirmDialog({ title, confirm, children, onConfirm, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);

  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      <div class="dialog-text">{children}</div>
      {error !== null && <Notice kind="error">{error}</Notice>}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => dialog.current?.close()} autofocus>
          Cancel
        </button>
        <button type="button" class="button button-danger" onClick={() => void run()} disabled={busy}>
          {confirm}
        </button>
      </div>
    </dialog>
  );
}
