namespace Streaming.Playlists;

/// <summary>
/// Holds the renditions of one broadcast to what they promise about each other: the same discontinuities and dates at
/// the same numbers, and reports of each other's edges that are true.
/// </summary>
public sealed class BroadcastChecker(IReadOnlyList<PlaylistChecker> renditions)
{
    // Renditions begin a segment with the first picture or audio frame at or after its boundary; a gap with the boundary.
    private static readonly TimeSpan DateDifferenceMax = TimeSpan.FromMilliseconds(150);

    private readonly Dictionary<long, CheckedSegment> _known = [];
    private readonly Dictionary<PlaylistChecker, List<RenditionReport>> _reported =
        renditions.ToDictionary(rendition => rendition, _ => new List<RenditionReport>());

    public IReadOnlyList<PlaylistChecker> Renditions => renditions;

    /// <summary>Reports that turned out to be true.</summary>
    public int ReportsKept { get; private set; }

    /// <summary>Reloads a rendition's playlist and checks it, beside the others. Not for the same rendition twice at a time.</summary>
    /// <exception cref="PlaylistFaultException">A promise was not kept.</exception>
    public async Task<CheckedPlaylist?> ReloadAsync(PlaylistChecker rendition, CancellationToken cancellationToken = default)
    {
        var edges = renditions.ToDictionary(other => other, other => other.Current?.Next ?? default);
        if (await rendition.ReloadAsync(cancellationToken).ConfigureAwait(false) is not { } playlist)
        {
            return null;
        }

        lock (_known)
        {
            foreach (var report in playlist.Reports)
            {
                Take(rendition, report, edges);
            }

            CheckReportsOf(rendition, playlist);
            CheckAgreement(playlist);
        }

        return playlist;
    }

    private void Take(
        PlaylistChecker rendition, RenditionReport report, Dictionary<PlaylistChecker, (long MediaSequence, int Part)> edges)
    {
        var address = new Uri(new Uri(new Uri("http://host"), rendition.Address), report.Uri).AbsolutePath;
        var other = renditions.FirstOrDefault(one => new Uri(new Uri("http://host"), one.Address).AbsolutePath == address);
        if (other is null)
        {
            return; // Offered since the viewers came.
        }

        if (other == rendition || !report.Reaches(edges[other]))
        {
            throw new PlaylistFaultException($"{rendition.Address} reports {report}, but {edges[other]} was next already.");
        }

        _reported[other].Add(report);
    }

    /// <summary>
    /// What others told of a rendition's edge: a part that it has not got, once its segment is complete, was never there.
    /// </summary>
    private void CheckReportsOf(PlaylistChecker rendition, CheckedPlaylist playlist)
    {
        var complete = playlist.Segments.ToDictionary(segment => segment.MediaSequence);
        foreach (var report in _reported[rendition].Where(report => report.LastMediaSequence < playlist.Open.MediaSequence))
        {
            if (complete.TryGetValue(report.LastMediaSequence, out var segment) && !segment.Parts.IsEmpty
                && report.LastPart >= segment.Parts.Length)
            {
                throw new PlaylistFaultException($"{report} was told of {rendition.Address}, whose segment is {segment}.");
            }

            ReportsKept++;
        }

        _reported[rendition].RemoveAll(report => report.LastMediaSequence < playlist.Open.MediaSequence);
    }

    private void CheckAgreement(CheckedPlaylist playlist)
    {
        foreach (var segment in playlist.Segments)
        {
            if (_known.TryAdd(segment.MediaSequence, segment))
            {
                continue;
            }

            var other = _known[segment.MediaSequence];
            if (other.DiscontinuitySequence != segment.DiscontinuitySequence)
            {
                throw new PlaylistFaultException($"Renditions disagree on a discontinuity: {other} and {segment}.");
            }

            if ((other.ProgramDateTime!.Value - segment.ProgramDateTime!.Value).Duration() > DateDifferenceMax)
            {
                throw new PlaylistFaultException($"Renditions disagree on the date: {other} and {segment}.");
            }
        }
    }
}
