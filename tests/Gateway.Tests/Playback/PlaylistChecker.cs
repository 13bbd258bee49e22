using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>A promise of a playlist that was not kept.</summary>
public sealed class PlaylistFaultException(string message) : Exception(message);

/// <summary>A partial segment as a playlist lists it. RFC 8216bis §4.4.4.9.</summary>
public sealed record CheckedPart(string Uri, decimal Duration, bool Independent);

/// <summary>
/// A segment as a playlist lists it, its tags' lasting effect worked out. The one that is growing has no address yet.
/// </summary>
public sealed record CheckedSegment(
    long MediaSequence, long DiscontinuitySequence, string? Uri, decimal Duration, bool IsGap, string? Map, ImmutableArray<CheckedPart> Parts)
{
    /// <summary>It stands for the same media.</summary>
    public bool Is(CheckedSegment other) => this with { Parts = default } == other with { Parts = default };
}

/// <summary>A media playlist with what Low-Latency HLS adds. RFC 8216bis §4.4.</summary>
public sealed record CheckedPlaylist(
    long MediaSequence,
    int TargetDuration,
    decimal PartTarget,
    int Skipped,
    bool IsEnded,
    string? Hint,
    ImmutableArray<CheckedSegment> Segments,
    CheckedSegment Open,
    ImmutableArray<string> Reports,
    string Text)
{
    /// <summary>Media sequence number and index of the part that comes next.</summary>
    public (long MediaSequence, int Part) Next => (Open.MediaSequence, Open.Parts.Length);

    /// <summary>Reads a playlist; a delta update needs the <paramref name="older"/> one that it is applied to.</summary>
    public static CheckedPlaylist Parse(string text, CheckedPlaylist? older = null)
    {
        var segments = ImmutableArray.CreateBuilder<CheckedSegment>();
        var parts = ImmutableArray.CreateBuilder<CheckedPart>();
        var reports = ImmutableArray.CreateBuilder<string>();
        var (first, discontinuities, targetDuration, skipped) = (0L, 0L, 0, 0);
        var (partTarget, duration) = (0m, 0m);
        var (isGap, isEnded) = (false, false);
        string? map = null, hint = null;
        CheckedSegment Take(string? uri) =>
            new(first + segments.Count, discontinuities, uri, duration, isGap, map, parts.DrainToImmutable());
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (tag, value) = line[0] != '#' || colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            switch (tag)
            {
                case "#EXT-X-TARGETDURATION":
                    targetDuration = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-PART-INF":
                    partTarget = Number(Attribute(value, "PART-TARGET"));
                    break;
                case "#EXT-X-MEDIA-SEQUENCE":
                    first = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-DISCONTINUITY-SEQUENCE":
                    discontinuities = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-SKIP":
                    skipped = int.Parse(Attribute(value, "SKIPPED-SEGMENTS")!, CultureInfo.InvariantCulture);
                    segments.AddRange(Kept(older, first, skipped));
                    (discontinuities, map) = (segments[^1].DiscontinuitySequence, segments[^1].Map);
                    break;
                case "#EXT-X-DISCONTINUITY":
                    discontinuities++;
                    break;
                case "#EXT-X-MAP":
                    map = Attribute(value, "URI");
                    break;
                case "#EXT-X-GAP":
                    isGap = true;
                    break;
                case "#EXT-X-PART":
                    parts.Add(new(Attribute(value, "URI")!, Number(Attribute(value, "DURATION")), Attribute(value, "INDEPENDENT") == "YES"));
                    break;
                case "#EXT-X-PRELOAD-HINT":
                    hint = Attribute(value, "URI");
                    break;
                case "#EXT-X-RENDITION-REPORT":
                    reports.Add(value);
                    break;
                case "#EXTINF":
                    duration = Number(value.TrimEnd(','));
                    break;
                case "#EXT-X-ENDLIST":
                    isEnded = true;
                    break;
                case [not '#', ..]:
                    segments.Add(Take(tag));
                    (isGap, duration) = (false, 0);
                    break;
            }
        }

        var open = Take(null);
        return new(first, targetDuration, partTarget, skipped, isEnded, hint, segments.DrainToImmutable(), open, reports.DrainToImmutable(), text);
    }

    /// <summary>An attribute of an attribute list, without its quotes. RFC 8216bis §4.2.</summary>
    public static string? Attribute(string attributes, string name)
    {
        var at = ("," + attributes).IndexOf($",{name}=", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var value = attributes[(at + name.Length + 1)..];
        return value[0] == '"' ? value[1..value.IndexOf('"', 1)] : value.Split(',')[0];
    }

    private static IEnumerable<CheckedSegment> Kept(CheckedPlaylist? older, long first, int count)
    {
        var from = older is null ? -1 : (int)(first - older.MediaSequence);
        if (from < 0 || from + count > older!.Segments.Length)
        {
            throw new PlaylistFaultException($"A delta update skips {count} segments from {first} that the older playlist lacks.");
        }

        return older.Segments.Skip(from).Take(count);
    }

    private static decimal Number(string? value) => decimal.Parse(value!, CultureInfo.InvariantCulture);
}

/// <summary>
/// A player of Low-Latency HLS that holds one rendition to its promises on every reload: numbers never go back, what a number
/// stood for stays, what was listed can be fetched until it leaves the list and a moment longer, durations add up, and a
/// delta update says what the full playlist does. It depends on nothing but HTTP: any test or tool may run it.
/// </summary>
public sealed class PlaylistChecker(HttpClient client, string playlist)
{
    private const decimal PartMin = 0.85m;

    // Durations are written to five decimals, each rounded.
    private const decimal Rounding = 0.00002m;

    private readonly SortedDictionary<long, CheckedSegment> _seen = [];

    /// <summary>The newest playlist, null before the first.</summary>
    public CheckedPlaylist? Current { get; private set; }

    /// <summary>Reloads so far.</summary>
    public int Reloads { get; private set; }

    /// <summary>Delta updates that skipped something and were compared with the full playlist of the same moment.</summary>
    public int DeltasCompared { get; private set; }

    /// <summary>Segments that were fetched right after they had left the list.</summary>
    public int FetchedAfterLeaving { get; private set; }

    /// <summary>Every complete segment seen so far.</summary>
    public IReadOnlyCollection<CheckedSegment> Seen => _seen.Values;

    /// <summary>Waits for the next part, reads the playlist again and checks it.</summary>
    /// <exception cref="PlaylistFaultException">A promise was not kept.</exception>
    public async Task<CheckedPlaylist> ReloadAsync(CancellationToken cancellationToken = default)
    {
        var older = Current;
        var query = older is { IsEnded: false } ? $"?_HLS_msn={older.Next.MediaSequence}&_HLS_part={older.Next.Part}" : "";
        var text = await client.GetStringAsync(playlist + query, cancellationToken).ConfigureAwait(false);
        var newer = CheckedPlaylist.Parse(text);
        Require(newer.Skipped == 0, "A full playlist skips segments", newer);
        CheckDurations(newer);
        if (older is not null)
        {
            CheckProgress(older, newer, isAwaited: query.Length > 0);
            await CompareDeltaAsync(older, newer, query, cancellationToken).ConfigureAwait(false);
        }

        foreach (var segment in newer.Segments)
        {
            Require(!_seen.TryGetValue(segment.MediaSequence, out var before) || before.Is(segment), $"{before} became {segment}", newer);
            _seen[segment.MediaSequence] = segment;
        }

        Current = newer;
        Reloads++;
        await FetchAsync(older, newer, cancellationToken).ConfigureAwait(false);
        return newer;
    }

    /// <summary>Renditions of one broadcast have the same discontinuities at the same numbers.</summary>
    public static void CheckAgreement(params IReadOnlyList<PlaylistChecker> renditions)
    {
        var known = new Dictionary<long, CheckedSegment>();
        foreach (var segment in renditions.SelectMany(rendition => rendition.Seen))
        {
            if (known.TryAdd(segment.MediaSequence, segment))
            {
                continue;
            }

            var other = known[segment.MediaSequence];
            if (other.DiscontinuitySequence != segment.DiscontinuitySequence)
            {
                throw new PlaylistFaultException($"Renditions disagree on a discontinuity: {other} and {segment}.");
            }
        }
    }

    private static void CheckDurations(CheckedPlaylist newer)
    {
        foreach (var segment in newer.Segments.Append(newer.Open))
        {
            Require(
                Math.Round(segment.Duration, MidpointRounding.AwayFromZero) <= newer.TargetDuration, $"Longer than the target: {segment}", newer);
            foreach (var part in segment.Parts)
            {
                Require(part.Duration <= newer.PartTarget, $"Longer than the part target: {part}", newer);

                // The newest may turn out to be its segment's last.
                Require(
                    part == segment.Parts[^1] || part.Duration >= newer.PartTarget * PartMin, $"Shorter than 85 % of the part target: {part}", newer);
            }

            Require(
                segment.Uri is null || segment.Parts.IsEmpty
                    || Math.Abs(segment.Parts.Sum(part => part.Duration) - segment.Duration) <= Rounding,
                $"Its parts do not add up: {segment}",
                newer);
        }
    }

    private static void CheckProgress(CheckedPlaylist older, CheckedPlaylist newer, bool isAwaited)
    {
        Require(newer.MediaSequence >= older.MediaSequence, "EXT-X-MEDIA-SEQUENCE went back", newer);
        Require(
            (newer.TargetDuration, newer.PartTarget) == (older.TargetDuration, older.PartTarget), "A target changed", newer);
        Require(newer.Next.CompareTo(older.Next) >= 0, $"The edge went back from {older.Next} to {newer.Next}", newer);
        Require(
            !isAwaited || newer.IsEnded || newer.Next.CompareTo(older.Next) > 0, $"Answered before {older.Next} was there", newer);
        Require(!older.IsEnded || newer.IsEnded, "EXT-X-ENDLIST was taken back", newer);
        foreach (var (before, now) in older.Segments.Append(older.Open).Join(
            newer.Segments.Append(newer.Open), segment => segment.MediaSequence, segment => segment.MediaSequence, (a, b) => (a, b)))
        {
            // Parts leave the list with age, all of a segment's at once.
            Require(
                now.Parts.IsEmpty || now.Parts.Take(before.Parts.Length).SequenceEqual(before.Parts), $"Parts changed: {before}, {now}", newer);
        }
    }

    private static void Require(bool holds, string fault, CheckedPlaylist playlist)
    {
        if (!holds)
        {
            throw new PlaylistFaultException($"{fault}:\n{playlist.Text}");
        }
    }

    /// <summary>Two full playlists that are the same have between them a delta update of the same version.</summary>
    private async Task CompareDeltaAsync(CheckedPlaylist older, CheckedPlaylist full, string query, CancellationToken cancellationToken)
    {
        var address = playlist + query + (query.Length > 0 ? "&" : "?");
        var delta = await client.GetStringAsync(address + "_HLS_skip=YES", cancellationToken).ConfigureAwait(false);
        if (await client.GetStringAsync(playlist + query, cancellationToken).ConfigureAwait(false) != full.Text)
        {
            return;
        }

        var applied = CheckedPlaylist.Parse(delta, older);
        Require(
            (applied.MediaSequence, applied.IsEnded, applied.Hint) == (full.MediaSequence, full.IsEnded, full.Hint)
                && applied.Segments.Length == full.Segments.Length
                && applied.Segments.Zip(full.Segments).All(pair => pair.First.Is(pair.Second))
                && applied.Segments.Append(applied.Open).Zip(full.Segments.Append(full.Open)).Skip(applied.Skipped)
                    .All(pair => pair.First.Parts.SequenceEqual(pair.Second.Parts))
                && applied.Reports.SequenceEqual(full.Reports),
            $"The delta update is not the full playlist:\n{delta}\nFull",
            full);
        DeltasCompared += applied.Skipped > 0 ? 1 : 0;
    }

    /// <summary>Fetches what is new, what will leave next, and what has just left.</summary>
    private async Task FetchAsync(CheckedPlaylist? older, CheckedPlaylist newer, CancellationToken cancellationToken)
    {
        var left = older?.Segments.Where(segment => segment.MediaSequence < newer.MediaSequence && !segment.IsGap).ToList() ?? [];
        FetchedAfterLeaving += left.Count;
        var listed = newer.Segments.Where(segment => !segment.IsGap).ToList();
        var withParts = listed.Where(segment => !segment.Parts.IsEmpty).ToList();
        var names = left.Concat(listed.Take(1)).Concat(listed.TakeLast(1)).SelectMany(segment => (string?[])[segment.Uri, segment.Map])
            .Concat(withParts.Take(1).SelectMany(segment => segment.Parts).Take(1).Select(part => part.Uri))
            .Concat(newer.Open.Parts.TakeLast(1).Select(part => part.Uri));
        foreach (var name in names.OfType<string>().Distinct())
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, playlist[..(playlist.LastIndexOf('/') + 1)] + name);
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            Require(
                response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentLength > 0, $"{name}: {response.StatusCode}", newer);
        }
    }
}
