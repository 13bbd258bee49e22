using System.Net;

namespace Streaming.Playlists;

/// <content>What has to be true of a playlist, and of one after another.</content>
public sealed partial class PlaylistChecker
{
    private const decimal PartMin = 0.85m;

    // Durations are written to five decimals, each rounded.
    private const decimal Rounding = 0.00002m;

    // Dates are written in milliseconds. Beside a gap, media begins with the first picture or audio frame there is.
    private static readonly TimeSpan DateRounding = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan DateRoundingAtGap = TimeSpan.FromMilliseconds(100);

    private static void CheckDurations(CheckedPlaylist newer)
    {
        foreach (var segment in newer.Segments.Append(newer.Open))
        {
            Require(
                Math.Round(segment.Duration, MidpointRounding.AwayFromZero) <= newer.TargetDuration,
                $"Longer than the target: {segment}",
                newer);
            foreach (var part in segment.Parts)
            {
                Require(part.Duration <= newer.PartTarget, $"Longer than the part target: {part}", newer);

                // The newest may turn out to be its segment's last.
                Require(
                    part == segment.Parts[^1] || part.Duration >= newer.PartTarget * PartMin,
                    $"Shorter than 85 % of the part target: {part}",
                    newer);
            }

            Require(
                segment.Uri is null || segment.Parts.IsEmpty
                    || Math.Abs(segment.Parts.Sum(part => part.Duration) - segment.Duration) <= Rounding,
                $"Its parts do not add up: {segment}",
                newer);
        }
    }

    private static void CheckDates(CheckedPlaylist newer)
    {
        var all = newer.Open.Parts.IsEmpty ? newer.Segments : newer.Segments.Add(newer.Open);
        for (var i = 0; i < all.Length; i++)
        {
            Require(all[i].ProgramDateTime is not null, $"Without EXT-X-PROGRAM-DATE-TIME: {all[i]}", newer);
            if (i == 0 || all[i].DiscontinuitySequence != all[i - 1].DiscontinuitySequence)
            {
                continue;
            }

            var elapsed = all[i].ProgramDateTime!.Value - all[i - 1].ProgramDateTime!.Value;
            var jump = elapsed - TimeSpan.FromSeconds((double)all[i - 1].Duration);
            var tolerance = all[i].IsGap || all[i - 1].IsGap ? DateRoundingAtGap : DateRounding;
            Require(jump.Duration() <= tolerance, $"The date jumps by {jump} without a discontinuity at {all[i]}", newer);
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
            // Parts leave the list with age, all of a segment's at once. Those of a segment that became a gap keep their place.
            Require(
                now.Parts.IsEmpty
                    || now.Parts.Take(before.Parts.Length).Select(PlaceOf).SequenceEqual(before.Parts.Select(PlaceOf)),
                $"Parts changed: {before}, {now}",
                newer);
            Require(
                now.Parts.All(part => part.IsGap == now.IsGap), $"Not all or not none of its parts are gaps: {now}", newer);
        }
    }

    /// <summary>A full playlist and a delta update that were asked for at once, where they are of the same moment.</summary>
    private void CheckDelta(CheckedPlaylist older, CheckedPlaylist full, string delta)
    {
        var applied = CheckedPlaylist.Parse(delta, older);
        if ((applied.Next, applied.MediaSequence, applied.IsEnded) != (full.Next, full.MediaSequence, full.IsEnded))
        {
            return;
        }

        Require(
            applied.Hint == full.Hint
                && applied.Segments.Length == full.Segments.Length
                && applied.Segments.Zip(full.Segments).All(pair => pair.First.Is(pair.Second))
                && applied.Segments.Append(applied.Open).Zip(full.Segments.Append(full.Open)).Skip(applied.Skipped)
                    .All(pair => pair.First.Parts.SequenceEqual(pair.Second.Parts))
                && applied.Reports.Select(report => report.Uri).SequenceEqual(full.Reports.Select(report => report.Uri)),
            $"The delta update is not the full playlist:\n{delta}\nFull",
            full);
        DeltasCompared += applied.Skipped > 0 ? 1 : 0;
    }

    /// <summary>
    /// A hinted part came if its segment has it, and else there was none. Where the broadcaster sends nothing, the server says so.
    /// </summary>
    private void CheckHint(CheckedPlaylist older, CheckedPlaylist newer, HttpStatusCode? status)
    {
        if (older.Hint is not { } hint)
        {
            return;
        }

        var listed = newer.Segments.Append(newer.Open).SelectMany(segment => segment.Parts).FirstOrDefault(part => part.Uri == hint);
        if (status == HttpStatusCode.ServiceUnavailable)
        {
            Unanswered++;
            return;
        }

        Require(
            listed is null or { IsGap: true } ? status is HttpStatusCode.NotFound or HttpStatusCode.OK : status is HttpStatusCode.OK,
            $"The hinted part {hint}: {status}",
            newer);
        HintsKept += status == HttpStatusCode.OK ? 1 : 0;
        HintsInVain += status == HttpStatusCode.OK ? 0 : 1;
    }

    private static (string Uri, decimal Duration) PlaceOf(CheckedPart part) => (part.Uri, part.Duration);

    private static void Require(bool holds, string fault, CheckedPlaylist playlist)
    {
        if (!holds)
        {
            throw new PlaylistFaultException($"{fault}:\n{playlist.Text}");
        }
    }
}
