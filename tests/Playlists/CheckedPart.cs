namespace Streaming.Playlists;

/// <summary>A partial segment as a playlist lists it. RFC 8216bis §4.4.4.9.</summary>
public sealed record CheckedPart(string Uri, decimal Duration, bool Independent, bool IsGap);
