using Streaming.Cluster.Broadcasts;
using Streaming.Pipeline.Timelines;

namespace Streaming.Gateway.Playback;

/// <summary>
/// Answers with a segment that is still growing: the parts there are at once, each that comes as it comes (chunked transfer,
/// RFC 9112 §7.1). The whole is the segment's file, byte for byte; where it cannot become that, the answer breaks off, so
/// that nobody keeps half of it.
/// </summary>
internal sealed class GrowingSegmentResult : IResult
{
    private readonly ILiveBroadcast _broadcast;
    private readonly string _rendition;
    private readonly long _mediaSequence;
    private readonly string _type;
    private readonly TimeProvider _time;

    private GrowingSegmentResult(ILiveBroadcast broadcast, string rendition, long mediaSequence, string type, TimeProvider time) =>
        (_broadcast, _rendition, _mediaSequence, _type, _time) = (broadcast, rendition, mediaSequence, type, time);

    /// <summary>
    /// The answer, as soon as the segment has its first part; null when it is neither the one that is growing nor the next.
    /// </summary>
    public static async ValueTask<GrowingSegmentResult?> WaitAsync(
        ILiveBroadcast broadcast, string rendition, long mediaSequence, string type, TimeProvider time, CancellationToken cancellationToken)
    {
        var first = MediaNames.Part(mediaSequence, 0);
        return await HintedPart.WaitAsync(broadcast, rendition, first, time, cancellationToken) is EdgeWait.Reached
            ? new(broadcast, rendition, mediaSequence, type, time)
            : null;
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = _type;
        response.Headers.CacheControl = MediaTypes.Immutable;
        if (!HttpMethods.IsHead(httpContext.Request.Method) && !await WriteAsync(response, httpContext.RequestAborted))
        {
            httpContext.Abort();
        }
    }

    /// <summary>Writes it to its end; false when there is no end to come.</summary>
    private async Task<bool> WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var whole = MediaNames.Segment(_mediaSequence);
        var written = 0;
        do
        {
            while (_broadcast.Media.TryHold(_rendition, MediaNames.Part(_mediaSequence, written), out var part))
            {
                await response.BodyWriter.WriteAsync(part.Pieces[0], cancellationToken); // It copies.
                part.Release();
                written++;
            }

            // A part is a piece of its segment, and outlives it in memory no longer than the segment does.
            if (_broadcast.Media.TryHold(_rendition, whole, out var segment))
            {
                for (; written < segment.Pieces.Length; written++)
                {
                    await response.BodyWriter.WriteAsync(segment.Pieces[written], cancellationToken);
                }

                segment.Release();
                return true;
            }
        }
        while (await NextAsync(whole, MediaNames.Part(_mediaSequence, written), cancellationToken) is EdgeWait.Reached);

        return false;
    }

    /// <summary>Waits for the part, or for the segment without it.</summary>
    private ValueTask<EdgeWait> NextAsync(string whole, string part, CancellationToken cancellationToken) => LiveEdge.WaitAsync(
        _broadcast,
        _rendition,
        (Result: this, whole, part),
        static (sought, timeline) => sought.Result.Look(sought.whole, sought.part, timeline),
        _time,
        cancellationToken);

    private EdgeWait? Look(string whole, string part, BroadcastSnapshot timeline) =>
        _broadcast.Media.TryGet(_rendition, part, out _) || _broadcast.Media.TryGet(_rendition, whole, out _) ? EdgeWait.Reached
        : timeline.IsEnded || timeline.Find(_rendition) is not { } now
            || (now.Segments is [.., var newest] && newest.Boundary.MediaSequence >= _mediaSequence) ? EdgeWait.Gone
        : null;
}
