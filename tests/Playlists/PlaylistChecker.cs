using System.Net;

namespace Streaming.Playlists;

/// <summary>
/// A player of Low-Latency HLS that holds one rendition to its promises on every reload: numbers never go back, what a
/// number stood for stays, what was listed can be fetched until it leaves the list and a moment longer, a hinted part
/// comes, durations add up, and a delta update says what the full playlist does. It depends on nothing but HTTP: any
/// test or tool may run it.
/// </summary>
/// <param name="client">Fetches.</param>
/// <param name="playlist">Address of the media playlist.</param>
public sealed partial class PlaylistChecker(HttpClient client, string playlist)
{
    private readonly SortedDictionary<long, CheckedSegment> _seen = [];
    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);

    /// <summary>Where the rendition's playlist is.</summary>
    public string Address => playlist;

    /// <summary>Is given every playlist that was read, full and delta update, for others to judge.</summary>
    public Action<string>? Judge { get; init; }

    /// <summary>
    /// Asks for delta updates too. Not where media comes faster than real time: they skip what is some seconds old, which no player knows
    /// by then.
    /// </summary>
    public bool AsksForDeltas { get; init; } = true;

    /// <summary>The newest playlist, null before the first.</summary>
    public CheckedPlaylist? Current { get; private set; }

    /// <summary>Reloads so far.</summary>
    public int Reloads { get; private set; }

    /// <summary>Reloads and hinted parts that were answered with 503, because the broadcaster sent nothing.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Delta updates that skipped something and were compared with the full playlist of the same moment.</summary>
    public int DeltasCompared { get; private set; }

    /// <summary>Hinted parts that were asked for before they were there, and came.</summary>
    public int HintsKept { get; private set; }

    /// <summary>Hinted parts whose segment ended without them.</summary>
    public int HintsInVain { get; private set; }

    /// <summary>Segments that were fetched right after they had left the list.</summary>
    public int FetchedAfterLeaving { get; private set; }

    /// <summary>Files that were downloaded whole.</summary>
    public int Downloads { get; private set; }

    /// <summary>Every complete segment seen so far.</summary>
    public IReadOnlyCollection<CheckedSegment> Seen => _seen.Values;

    /// <summary>
    /// Waits for the next part, as a player does: asks for the playlist with it, for the update alone, and for the part
    /// that was hinted, all at once; then checks what came. Null where the server says that nothing comes (503).
    /// </summary>
    /// <exception cref="PlaylistFaultException">A promise was not kept.</exception>
    public async Task<CheckedPlaylist?> ReloadAsync(CancellationToken cancellationToken = default)
    {
        var older = Current;
        if (older is null or { IsEnded: true })
        {
            return await TakeAsync(older, await GetAsync("", cancellationToken).ConfigureAwait(false), null, false, cancellationToken)
                .ConfigureAwait(false);
        }

        var query = $"?_HLS_msn={older.Next.MediaSequence}&_HLS_part={older.Next.Part}";
        var asksFor = GetAsync(query, cancellationToken);
        var asksForDelta = AsksForDeltas ? GetAsync(query + "&_HLS_skip=YES", cancellationToken) : Task.FromResult<string?>(null);
        var asksForHint = older.Hint is null ? Task.FromResult<HttpStatusCode?>(null) : DownloadAsync(older.Hint, cancellationToken);
        await Task.WhenAll(asksFor, asksForDelta, asksForHint).ConfigureAwait(false);
        var newer = await TakeAsync(
            older, await asksFor.ConfigureAwait(false), await asksForDelta.ConfigureAwait(false), true, cancellationToken)
            .ConfigureAwait(false);
        if (newer is not null)
        {
            CheckHint(older, newer, await asksForHint.ConfigureAwait(false));
        }

        return newer;
    }

    private async Task<CheckedPlaylist?> TakeAsync(
        CheckedPlaylist? older, string? text, string? delta, bool isAwaited, CancellationToken cancellationToken)
    {
        if (text is null)
        {
            Unanswered++;
            return null;
        }

        // Whatever is wrong with it, the next reload goes on from here.
        var newer = CheckedPlaylist.Parse(text);
        Current = newer;
        Reloads++;
        Judge?.Invoke(text);
        Require(newer.Skipped == 0, "A full playlist skips segments", newer);
        CheckDurations(newer);
        CheckDates(newer);
        if (older is not null)
        {
            CheckProgress(older, newer, isAwaited);
        }

        if (older is not null && delta is not null)
        {
            Judge?.Invoke(delta);
            CheckDelta(older, newer, delta);
        }

        foreach (var segment in newer.Segments)
        {
            Require(!_seen.TryGetValue(segment.MediaSequence, out var before) || before.Is(segment), $"{before} became {segment}", newer);
            _seen[segment.MediaSequence] = segment;
        }

        await FetchAsync(older, newer, cancellationToken).ConfigureAwait(false);
        return newer;
    }

    /// <summary>A playlist's text; null where the server says that nothing comes.</summary>
    private async Task<string?> GetAsync(string query, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(playlist + query, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }
}
