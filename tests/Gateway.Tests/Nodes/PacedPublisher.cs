using System.Diagnostics;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp.Messages;
using Streaming.Pipeline.Tests.Rtmp;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>An encoder that sends the tags that a test gives it, each when its time has come; then it goes without a word.</summary>
internal sealed class PacedPublisher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ScriptedPublisher _publisher;

    private PacedPublisher(ScriptedPublisher publisher, IReadOnlyList<FlvTag> tags)
    {
        _publisher = publisher;
        Sending = SendAsync(tags);
    }

    /// <summary>Ends when everything has been sent.</summary>
    public Task Sending { get; }

    public static async Task<PacedPublisher> StartAsync(TestChannel channel, IReadOnlyList<FlvTag> tags)
    {
        var publisher = await channel.PublishByHandAsync();
        await publisher.SetChunkSizeAsync(4096);
        return new(publisher, tags);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _publisher.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task SendAsync(IReadOnlyList<FlvTag> tags)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var tag in tags)
        {
            var early = TimeSpan.FromMilliseconds(tag.TimestampMs) - Stopwatch.GetElapsedTime(begun);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, _stopping.Token);
            }

            var (chunkStream, type) = tag.Type switch
            {
                FlvTagType.Audio => (4, RtmpMessageType.Audio),
                FlvTagType.Video => (6, RtmpMessageType.Video),
                _ => (5, RtmpMessageType.DataAmf0),
            };
            await _publisher.SendAsync(chunkStream, type, 1, tag.TimestampMs, tag.Body.ToArray());
        }
    }
}
