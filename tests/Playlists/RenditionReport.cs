using System.Globalization;

namespace Streaming.Playlists;

/// <summary>Where another rendition's edge is, by a playlist's word. RFC 8216bis §4.4.5.4.</summary>
/// <param name="Uri">The other playlist's address, relative to this one's.</param>
/// <param name="LastMediaSequence">Media sequence number of its last segment, a growing one included.</param>
/// <param name="LastPart">Index of the last part in that segment, null where it lists none.</param>
public sealed record RenditionReport(string Uri, long LastMediaSequence, int? LastPart)
{
    public static RenditionReport Parse(string attributes)
    {
        string Required(string name) => CheckedPlaylist.Attribute(attributes, name)
            ?? throw new PlaylistFaultException($"EXT-X-RENDITION-REPORT without {name}: {attributes}");
        var part = CheckedPlaylist.Attribute(attributes, "LAST-PART");
        return new(
            Required("URI"),
            long.Parse(Required("LAST-MSN"), CultureInfo.InvariantCulture),
            part is null ? null : int.Parse(part, CultureInfo.InvariantCulture));
    }

    /// <summary>The edge that it tells of is not before <paramref name="next"/>, the part that was next a moment ago.</summary>
    public bool Reaches((long MediaSequence, int Part) next) =>
        (LastMediaSequence, (LastPart ?? -1) + 1).CompareTo(next) >= 0
        || (next.Part == 0 && LastMediaSequence == next.MediaSequence - 1);
}
