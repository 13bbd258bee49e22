using Streaming.Cluster.Tests.Graphs;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Broadcasts;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Broadcasts.Memory;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage.Memory;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Tests.Conformance;

/// <summary>
/// A broadcast that was published as fast as its transcoder follows, and everything that viewers could have fetched of it.
/// The node's clock stands still but for the second in which a track that does not come is given up, and for long pauses of the
/// pictures: no governor, no time-outs.
/// </summary>
internal sealed class RecordedBroadcast
{
    private const uint OutputLagMaxMs = 3000;
    private const int OutputLagMaxPictures = 30;
    private const uint PauseMs = 10_000;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(100);

    public required BroadcastSnapshot Snapshot { get; init; }

    public required IReadOnlyList<RecordedRendition> Renditions { get; init; }

    public RecordedRendition Source => this["source"];

    public RecordedRendition Audio => this["audio"];

    public RecordedRendition this[string name] => Renditions.Single(rendition => rendition.Name == name);

    public IEnumerable<RecordedRendition> Video => Renditions.Where(rendition => rendition.Name != "audio");

    /// <summary>Two rungs that cost next to nothing.</summary>
    public static LadderOptions TinyLadder { get; } = new()
    {
        Rungs = [new("144p", 144, 150_000), new("90p", 90, 80_000)],
        Preset = "ultrafast",
        BacklogBytesMax = 64 * 1024 * 1024,
    };

    public static LadderOptions NoLadder { get; } = new() { Enabled = false };

    /// <summary>Publishes <paramref name="tags"/>, ends the broadcast and collects its files.</summary>
    public static async Task<RecordedBroadcast> PublishAsync(IReadOnlyList<FlvTag> tags, LadderOptions ladder)
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var directory = new ChannelDirectory(folder["channels.db"], NullLogger.Instance);
        var (_, key) = directory.Put("test", null);
        var options = new BroadcastOptions
        {
            Segments = new SegmentationOptions { Window = TimeSpan.FromHours(2) },
            Ladder = ladder,
            HotSegments = 128, // Published far faster than it plays: storage may come after.
        };
        await using var channels = new LiveChannels(
            () => TestActors.System, directory, options, new MemoryStorage(1L << 30), time, NullLogger<LiveChannel>.Instance);
        var answer = await channels.AuthorizeAsync(new PublishRequest("live", key!, null, "1"), CancellationToken.None);
        var publication = Assert.IsType<PublishAnswer.Accepted>(answer).Publication;
        var channel = channels.Find("test")!;
        await WaitAsync(() => channel.Newest is not null, () => "The broadcast did not begin.");
        var isOpened = false;
        var fed = new List<uint> { 0 };
        foreach (var tag in tags)
        {
            if (!isOpened && tag.TimestampMs > SourceReader.OpeningTimeout.TotalMilliseconds)
            {
                // The time is up for what was read: all of it has to be.
                isOpened = true;
                time.Advance(SourceReader.OpeningTimeout);
            }

            if (ladder.Enabled)
            {
                await WaitAsync(
                    () => IsReached(fed, RungsReachedMs(channel, ladder.Rungs.Count)),
                    () => $"The ladder came to a halt at {RungsReachedMs(channel, ladder.Rungs.Count)} ms; fed to {fed[^1]} ms.");
            }

            if (tag.Type == FlvTagType.Video)
            {
                if (tag.TimestampMs - fed[^1] > PauseMs)
                {
                    // For the node's clock it would be the publisher's that jumps.
                    await WaitAsync(
                        () => !ladder.Enabled || RungsReachedMs(channel, ladder.Rungs.Count) >= fed[^1],
                        () => $"Not all came that was before the pause after {fed[^1]} ms.");
                    time.Advance(TimeSpan.FromMilliseconds(tag.TimestampMs - fed[^1]));
                }

                fed.Add(tag.TimestampMs);
            }

            await publication.WriteAsync(tag, CancellationToken.None);
        }

        Assert.True(isOpened, "There were hardly any tags.");
        await publication.EndAsync(PublicationEnd.Unpublished);
        await WaitAsync(() => channel.Newest?.Snapshot?.IsEnded == true, () => "The broadcast did not end.");
        Assert.Null(publication.RevokedReason);
        return await CollectAsync(channel.Newest!);
    }

    /// <summary>The rungs are close behind what was fed: by time, or after a pause by pictures, of which some make a part.</summary>
    private static bool IsReached(List<uint> fed, long reachedMs) =>
        fed[^1] <= reachedMs + OutputLagMaxMs || fed.Count <= OutputLagMaxPictures || fed[^OutputLagMaxPictures] <= reachedMs;

    /// <summary>How far the slowest rung has come, in ms of media.</summary>
    private static long RungsReachedMs(LiveChannel channel, int rungs)
    {
        var made = channel.Newest?.Snapshot?.Renditions.Where(rendition => rendition.Name.EndsWith('p')).ToArray() ?? [];
        return made.Length < rungs ? 0 : made.Min(rendition =>
            rendition.Open is { } open ? open.DecodeTime + open.Duration
            : rendition.Segments is [.., var last] ? last.DecodeTime + last.Duration
            : 0) / 90;
    }

    private static async Task<RecordedBroadcast> CollectAsync(Broadcast broadcast)
    {
        var renditions = new List<RecordedRendition>();
        foreach (var rendition in broadcast.Snapshot!.Renditions)
        {
            var headers = new List<byte[]>();
            for (var index = 0; index < rendition.Initializations.Length; index++)
            {
                headers.Add(await ReadAsync(broadcast.Media, rendition.Name, MediaNames.Initialization(index)));
            }

            var segments = new List<RecordedSegment>();
            foreach (var segment in rendition.Segments)
            {
                var name = MediaNames.Segment(segment.Boundary.MediaSequence);
                segments.Add(new(segment, segment.IsGap ? [] : await ReadAsync(broadcast.Media, rendition.Name, name)));
            }

            renditions.Add(new(rendition.Name, rendition, headers, segments));
        }

        return new() { Snapshot = broadcast.Snapshot, Renditions = renditions };
    }

    /// <summary>A file as a viewer gets it: from memory, or else from storage.</summary>
    private static async Task<byte[]> ReadAsync(LiveMedia media, string rendition, string name)
    {
        if (media.TryHold(rendition, name, out var hot))
        {
            return [.. hot.Pieces.SelectMany(piece => piece.ToArray())];
        }

        using var copy = new MemoryStream();
        await using var stored = await media.OpenStoredAsync(rendition, name, CancellationToken.None);
        Assert.True(stored is not null, $"{rendition}/{name} was announced and is not there.");
        await stored.CopyToAsync(copy);
        return copy.ToArray();
    }

    // Waits on another process (the transcoder), which raises no event here.
    private static async Task WaitAsync(Func<bool> condition, Func<string> complaint)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeLimit, complaint());
            await Task.Delay(5);
        }
    }
}
