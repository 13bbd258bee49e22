using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Broadcasts.Rungs;

/// <summary>How far a rung is on the broadcast's timeline.</summary>
/// <param name="MediaSequence">The segment that it completes next.</param>
/// <param name="Parts">Parts of it that were announced.</param>
/// <param name="PartsEnd">Where they end, in 90 kHz ticks.</param>
internal readonly record struct RungPosition(long MediaSequence, int Parts, long PartsEnd);

/// <summary>How far each rung is: what was put on the timeline, of whichever run.</summary>
internal sealed class RungPositions
{
    private readonly Dictionary<string, RungPosition> _byRung = new(StringComparer.Ordinal);

    /// <summary>Where the rung is; null as long as nothing of it was put.</summary>
    public RungPosition? Find(string rung) => _byRung.TryGetValue(rung, out var position) ? position : null;

    /// <summary>Media of a rung was put.</summary>
    public void Put(string rung, PackagedMedia media) => _byRung[rung] = media switch
    {
        PackagedMedia.PartMade { Part: var part } =>
            new(media.Boundary.MediaSequence, part.Index + 1, part.DecodeTime + part.Duration),
        _ => new(media.Boundary.MediaSequence + 1, 0, 0),
    };
}
