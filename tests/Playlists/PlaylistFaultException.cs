namespace Streaming.Playlists;

/// <summary>A promise of a playlist that was not kept.</summary>
public sealed class PlaylistFaultException(string message) : Exception(message);
