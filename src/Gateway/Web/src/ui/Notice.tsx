import type { ComponentChildren } from 'preact';
import { Icon } from './Icon';

/** A sentence that asks for attention. Errors are announced at once. */
export function Notice({ kind, children }: { kind: 'info' | 'warning' | 'error'; children: ComponentChildren }) {
  return (
    <div class={`notice notice-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name={kind === 'info' ? 'broadcast' : 'warning'} size={18} />
      <div>{children}</div>
    </div>
  );
}
