using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;

namespace Streaming.WaitingViewers;

/// <summary>What the viewers who wait for a rendition were answered. Answers to the same question are the same bytes mostly: each
/// is read once, and the others are compared with it.</summary>
internal sealed class AwaitedRendition(string folder)
{
    // Versions that are under way at the same time, in each encoding.
    private const int RecentMax = 8;

    private volatile Answer[] _recent = [];
    private int _wrong;

    public string Folder => folder;

    public string Name => folder.Split('/')[^2];

    /// <summary>Answers without the part that was asked for, and those that could not be read.</summary>
    public int Wrong => _wrong;

    /// <summary>When each question was asked and answered.</summary>
    public ConcurrentDictionary<(long MediaSequence, int Part), ConcurrentQueue<(long AskedAt, long AnsweredAt)>> Releases { get; } = new();

    /// <summary>What a playlist ends with; null when there was none in the answer, which is counted as wrong.</summary>
    public PlaylistEdge? Read(Waiter waiter, ReadOnlySpan<byte> body)
    {
        if (waiter.Status != 200)
        {
            Interlocked.Increment(ref _wrong);
            return null;
        }

        foreach (var recent in _recent)
        {
            if (body.SequenceEqual(recent.Body))
            {
                return recent.Edge;
            }
        }

        var answer = new Answer(body.ToArray(), PlaylistEdge.Parse(Text(body.ToArray(), waiter.Encoding)));
        _recent = [answer, .. _recent.Take(RecentMax - 1)];
        return answer.Edge;
    }

    /// <summary>Counts an answer that does not have what was asked for.</summary>
    public void Refute() => Interlocked.Increment(ref _wrong);

    private static string Text(byte[] body, string encoding)
    {
        using var packed = new MemoryStream(body);
        using Stream plain = encoding switch
        {
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            _ => packed,
        };
        using var reader = new StreamReader(plain, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private sealed record Answer(byte[] Body, PlaylistEdge Edge);
}
