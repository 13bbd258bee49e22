export function LiveBadge() {
  return <span class="badge badge-live">Live</span>;
}
