using Streaming.Cluster.Naming;
using Streaming.Pipeline.Timelines;

namespace Streaming.Cluster.Edge;

/// <summary>A segment of a broadcast, as one node asks another for it.</summary>
/// <param name="Slug">Name of the channel.</param>
/// <param name="BroadcastId">The broadcast.</param>
/// <param name="Rendition">Name of its rendition.</param>
/// <param name="Name">As <see cref="MediaNames.Segment"/> makes it.</param>
public readonly record struct OriginFile(string Slug, string BroadcastId, string Rendition, string Name)
{
    // Far more than any has; with the rest it is less than storage takes.
    private const int RenditionLengthMax = 100;

    /// <summary>Its name in storage.</summary>
    public string StoredName => $"{BroadcastFolder.Of(BroadcastId)}/{Rendition}/{Name}";

    /// <summary>
    /// Whether its names are of the form that broadcasts, renditions and segments have: letters, digits and what stands between them at its place. They
    /// lead nowhere else in storage.
    /// </summary>
    public bool IsValid =>
        Ids.IsBroadcastId(BroadcastId) && IsPlain(BroadcastId.AsSpan(17))
        && Rendition.Length is > 0 and <= RenditionLengthMax && IsPlain(Rendition)
        && MediaNames.TryParseSegment(Name, out var sequence) && Name == MediaNames.Segment(sequence);

    private static bool IsPlain(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character))
            {
                return false;
            }
        }

        return true;
    }
}
