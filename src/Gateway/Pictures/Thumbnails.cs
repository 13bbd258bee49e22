using System.Threading.RateLimiting;
using Streaming.Pipeline.Thumbnails;

namespace Streaming.Gateway.Pictures;

/// <summary>
/// Small pictures of segments. A picture follows from a stored segment alone, so it is made when somebody asks for it
/// and need not be kept: no picture is made that nobody looks at, and channels without a ladder have them too.
/// </summary>
internal sealed class Thumbnails(StillDecoder decoder) : IDisposable
{
    /// <summary>Pixels of the longer side along the scrub bar: those of 120 points on a dense screen.</summary>
    public const int PreviewLength = 240;

    /// <summary>The same for a channel or a recording as a whole.</summary>
    public const int CardLength = 640;

    /// <summary>Bytes that are kept: about 4,000 previews.</summary>
    public const long CacheBytesMax = 32 * 1024 * 1024;

    /// <summary>Pictures that are made at once: each takes a core for a tenth of a second.</summary>
    public static readonly int MakingMax = Math.Max(1, Environment.ProcessorCount / 4);

    /// <summary>Pictures that wait their turn, for some seconds. Who wants another is told to come again.</summary>
    public const int WaitingMax = 40;

    // A channel's picture is of every fifth segment, so that it changes every 10 s and not with each segment of 2 s.
    private const int CardInterval = 5;

    private readonly PictureCache _cache = new(CacheBytesMax);
    private readonly ConcurrencyLimiter _turns = new(new()
    {
        PermitLimit = MakingMax,
        QueueLimit = WaitingMax,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>The picture of the segment of that number.</summary>
    public Task<Picture> OfSegmentAsync(
        PictureSource source, long mediaSequence, int lengthMax, CancellationToken cancellationToken)
    {
        var key = new PictureKey(source.Timeline.Id, mediaSequence, lengthMax);
        return source.Find(mediaSequence) is null
            ? Task.FromResult(Picture.None)
            : _cache.GetAsync(key, () => MakeAsync(source, key)).WaitAsync(cancellationToken);
    }

    /// <summary>The picture of a broadcast that is under way: of a segment at its edge.</summary>
    public Task<Picture> OfEdgeAsync(PictureSource source, CancellationToken cancellationToken)
    {
        var (first, end) = source.Range();
        var newest = end - 1;
        return OfFirstAsync(source, [newest - (newest % CardInterval), newest, newest - 1, first], cancellationToken);
    }

    /// <summary>The picture of a recording: of the segment in its middle.</summary>
    public Task<Picture> OfWholeAsync(PictureSource source, CancellationToken cancellationToken)
    {
        var (first, end) = source.Range();
        return OfFirstAsync(source, [(first + end) / 2, first, end - 1], cancellationToken);
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>The picture of the first of these segments that there is.</summary>
    private Task<Picture> OfFirstAsync(
        PictureSource source, ReadOnlySpan<long> mediaSequences, CancellationToken cancellationToken)
    {
        foreach (var mediaSequence in mediaSequences)
        {
            if (source.Find(mediaSequence) is not null)
            {
                return OfSegmentAsync(source, mediaSequence, CardLength, cancellationToken);
            }
        }

        return Task.FromResult(Picture.None);
    }

    /// <summary>Goes on when who asked has left: the next who asks finds it.</summary>
    private async Task<Picture> MakeAsync(PictureSource source, PictureKey key)
    {
        using var turn = await _turns.AcquireAsync();
        if (!turn.IsAcquired)
        {
            return Picture.Busy;
        }

        try
        {
            return source.Find(key.MediaSequence) is var (rendition, segment)
                && await source.LoadAsync(rendition, segment, CancellationToken.None) is { } media
                && await decoder.DecodeAsync(media, key.LengthMax) is { } jpeg
                    ? new Picture(PictureOutcome.Made, jpeg)
                    : Picture.None;
        }
        catch (TimeoutException)
        {
            return Picture.Busy;
        }
    }
}
