using System.Collections.Immutable;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>How another run goes on with what one that failed has left.</summary>
/// <param name="Segments">What it is fed at once, the oldest first; it begins with the first of them.</param>
/// <param name="Firsts">The first segment that each rung is wanted for. What was announced of an earlier one stays, and the rest of that is a gap.</param>
/// <param name="Seams">Rungs that go on within their first segment.</param>
internal sealed record Resumption(
    IReadOnlyList<FedSegment> Segments, ImmutableDictionary<string, long> Firsts, ImmutableDictionary<string, RungSeam> Seams)
{
    /// <summary>Null where what is needed is not there any more, or cannot be begun with: then another run begins with what comes.</summary>
    /// <param name="run">The run that has failed.</param>
    /// <param name="fed">What it was fed.</param>
    /// <param name="positions">How far its rungs are.</param>
    public static Resumption? Of(TranscodeRun run, FedSegments fed, RungPositions positions)
    {
        if (fed.All.Count == 0)
        {
            return null;
        }

        var firsts = ImmutableDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        var seams = ImmutableDictionary.CreateBuilder<string, RungSeam>(StringComparer.Ordinal);
        foreach (var rung in run.Rungs)
        {
            var first = fed.All.First().Boundary.MediaSequence;
            if (positions.Find(rung.Name) is { } position && position.MediaSequence >= first)
            {
                first = position.MediaSequence;
                if (position.Parts > 0 && SeamOf(run, fed, position) is { } seam)
                {
                    seams[rung.Name] = seam;
                }
                else if (position.Parts > 0)
                {
                    first++;
                }
            }

            firsts[rung.Name] = first;
        }

        var begins = firsts.Values.Min();
        IReadOnlyList<FedSegment> segments = [.. fed.All.SkipWhile(segment => segment.Boundary.MediaSequence < begins)];
        return segments is [{ Boundary.SourceIndependent: true }, ..] ? new(segments, firsts.ToImmutable(), seams.ToImmutable()) : null;
    }

    /// <summary>
    /// Where the rung goes on, if that is between two pictures of the source: a rung's pictures take the places of the source's, one after the other, in the
    /// order in which they are shown. Where the transcoder counts its key frames by itself, it counts from its first picture.
    /// </summary>
    private static RungSeam? SeamOf(TranscodeRun run, FedSegments fed, RungPosition position)
    {
        if (run.KeyFrameGrid is not null
            || fed.All.FirstOrDefault(segment => segment.Boundary.MediaSequence == position.MediaSequence) is not { } segment)
        {
            return null;
        }

        var given = segment.Pictures.TakeWhile(picture => picture.Sample.DecodeTime < position.PartsEnd).ToList();
        if (given is not [.., var last] || last.Sample.DecodeTime + last.Duration != position.PartsEnd)
        {
            return null;
        }

        List<long> shown =
        [
            .. segment.Pictures.Select(static picture => picture.Sample.PresentationTime)
                .Where(time => time >= segment.Boundary.PresentationTime).Order(),
        ];
        return shown.Count < given.Count ? null : new(position.MediaSequence, position.Parts, position.PartsEnd, shown[given.Count - 1]);
    }
}
