using System.Collections.Concurrent;

namespace Streaming.Pipeline.Tests.Cmaf;

/// <summary>The tracks that the tests of a class share: each is encoded once.</summary>
public sealed class ForeignTracks : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cmaf-foreign-");
    private readonly ConcurrentDictionary<(string Source, string Encoder), Lazy<Task<ForeignTrack>>> _tracks = new();

    internal Task<ForeignTrack> EncodeAsync(string source, string encoder) =>
        _tracks.GetOrAdd((source, encoder), key => new(() => ForeignTrack.EncodeAsync(
            Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.mp4"), key.Source, key.Encoder))).Value;

    public void Dispose() => _folder.Delete(recursive: true);
}
