import { useEffect, useRef } from 'preact/hooks';
import { MenuItem } from './MenuItem';
import type { Playback } from './Playback';
import { heightLabel, rateLabel, sourceName } from './renditions';
import './settingsMenu.css';

export interface SettingsMenuProps {
  playback: Playback;
  showsStats: boolean;
  onStats: () => void;
  onClose: () => void;
}

/** On a phone the player is too low for a menu: there it is a sheet from the screen's bottom edge. */
const narrow = '(max-width: 560px)';

/** Quality, player and statistics. Arrow keys move in it, Escape and a click elsewhere close it. */
export function SettingsMenu({ playback, showsStats, onStats, onClose }: SettingsMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const isSheet = useRef(window.matchMedia(narrow).matches).current;
  useEffect(() => {
    const opener = document.activeElement;
    if (isSheet) menu.current?.showPopover();
    menu.current?.querySelector<HTMLElement>('[aria-checked=true]')?.focus();
    const onPointer = (event: PointerEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (!target?.closest('[role=menu], [data-settings]')) onClose();
    };
    document.addEventListener('pointerdown', onPointer);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose();
      return;
    }
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items.at(to % items.length)?.focus();
  };

  const pick = (action: () => void) => () => {
    action();
    onClose();
  };

  const { engine, renditions } = playback;
  const selected = engine?.selected() ?? 'auto';
  const current = renditions.find(({ name }) => name === engine?.current());
  return (
    <div
      class={isSheet ? 'settings settings-sheet' : 'settings'}
      role="menu"
      aria-label="Settings"
      ref={menu}
      onKeyDown={onKeyDown}
      {...(isSheet ? { popover: 'manual' } : {})}
    >
      <div class="settings-group" role="group" aria-label="Quality">
        <p class="settings-title" aria-hidden="true">
          Quality
        </p>
        <MenuItem
          kind="radio"
          label="Automatic"
          detail={selected === 'auto' && current ? `now ${heightLabel(current)}` : ''}
          checked={selected === 'auto'}
          onPick={pick(() => playback.select('auto'))}
        />
        {engine?.kind !== 'native' &&
          renditions.map((rendition) => (
            <MenuItem
              key={rendition.name}
              kind="radio"
              label={heightLabel(rendition)}
              mark={rendition.name === sourceName ? 'Source' : ''}
              detail={rateLabel(rendition)}
              checked={selected === rendition.name}
              onPick={pick(() => playback.select(rendition.name))}
            />
          ))}
      </div>
      <div class="settings-group" role="group" aria-label="Player">
        <p class="settings-title" aria-hidden="true">
          Player
        </p>
        <MenuItem
          kind="radio"
          label="HLS"
          detail={engine?.kind === 'native' ? 'built in' : 'hls.js'}
          checked={playback.player === 'hls'}
          onPick={pick(() => playback.usePlayer('hls'))}
        />
        <MenuItem
          kind="radio"
          label="DASH"
          detail="dash.js"
          checked={playback.player === 'dash'}
          onPick={pick(() => playback.usePlayer('dash'))}
        />
      </div>
      <div class="settings-group">
        <MenuItem kind="checkbox" label="Stats for nerds" detail="s" checked={showsStats} onPick={pick(onStats)} />
      </div>
    </div>
  );
}
