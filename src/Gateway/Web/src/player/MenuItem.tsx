import { Icon } from '../ui/Icon';

export interface MenuItemProps {
  kind: 'radio' | 'checkbox';
  label: string;
  mark?: string;
  detail: string;
  checked: boolean;
  onPick: () => void;
}

export function MenuItem({ kind, label, mark, detail, checked, onPick }: MenuItemProps) {
  return (
    <button
      type="button"
      class="settings-item"
      role={kind === 'radio' ? 'menuitemradio' : 'menuitemcheckbox'}
      aria-checked={checked}
      tabIndex={-1}
      onClick={onPick}
    >
      <span class="settings-check">{checked && <Icon name="check" size={18} />}</span>
      <span class="settings-label">{label}</span>
      {mark && <span class="settings-mark">{mark}</span>}
      {detail && <span class="settings-detail">{detail}</span>}
    </button>
  );
}
