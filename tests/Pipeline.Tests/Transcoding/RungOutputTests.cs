using System.Buffers;
using System.Net.Sockets;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Tests.Flv;
using Streaming.Pipeline.Tests.Timelines;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Pipeline.Tests.Transcoding;

/// <summary>What comes out of a transcoder's socket, as it is given on.</summary>
public sealed class RungOutputTests
{
    private const int PicturesPerSegment = 50;
    private const int PictureMs = 40;
    private const long PictureTicks = 3600;

    private static readonly TimeSpan PartTarget = TimeSpan.FromMilliseconds(335);

    [Fact]
    public async Task ShortPart_AtTheEndOfASegment_IsGivenWithThatEnd()
    {
        var source = new SourcePlaces();
        for (var segment = 0; segment < 3; segment++)
        {
            AddSegment(source, segment);
        }

        source.Add(new SegmentMark(null, 3 * PicturesPerSegment * PictureTicks, long.MaxValue));
        var run = new TranscodeRun(1, TestFrames.VideoTrack, [new("240p", 240, 400_000)], KeyFrameGrid: null);
        var given = new List<RungMedia>();
        using var output = new RungOutput(run, run.Rungs[0], source, PartTarget, (media, _) =>
        {
            given.Add(media);
            return ValueTask.CompletedTask;
        });
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        output.Listen(new UnixDomainSocketEndPoint(path));
        var draining = output.DrainAsync(TestContext.Current.CancellationToken);
        await WriteAsync(path);
        await draining;

        // 50 pictures of 40 ms: six parts of eight, and one of two.
        var parts = given.SelectMany(media => media.Media.OfType<PackagedMedia.PartMade>()).ToList();
        Assert.Equal(3, parts.Count(made => made.Part.Duration < 8 * PictureTicks));
        Assert.All(given, media => Assert.True(
            media.Media[^1] is not PackagedMedia.PartMade last || last.Part.Duration == 8 * PictureTicks,
            "A short part was given without the end of its segment."));
    }

    private static void AddSegment(SourcePlaces source, int segment)
    {
        var start = segment * PicturesPerSegment * PictureTicks;
        var boundary = new SegmentBoundary
        {
            MediaSequence = segment,
            DecodeTime = start,
            PresentationTime = start,
            ProgramDateTime = default,
            DiscontinuitySequence = 0,
            Period = 0,
            SourceIndependent = true,
        };
        source.Add(new SegmentMark(boundary, start, start));
        for (var picture = 0; picture < PicturesPerSegment; picture++)
        {
            source.Add(new SamplePlace(start + (picture * PictureTicks), PictureTicks));
        }
    }

    /// <summary>Gives what ffmpeg would: an FLV stream of pictures.</summary>
    private static async Task WriteAsync(string path)
    {
        var demuxer = new FlvDemuxer();
        demuxer.Read(TestTags.VideoHeader(TestTags.Record()), out _);
        var flv = new ArrayBufferWriter<byte>();
        FlvWriter.WriteHeader(flv, hasAudio: false, hasVideo: true);
        FlvWriter.WriteVideoSequenceHeader(flv, 0, demuxer.Video!);
        for (var picture = 0; picture < 3 * PicturesPerSegment; picture++)
        {
            var isSync = picture % PicturesPerSegment == 0;
            FlvWriter.WriteVideoFrame(
                flv,
                (uint)(RunClock.OffsetMs + (picture * PictureMs)),
                0,
                isSync,
                TestTags.AccessUnit(isSync ? TestTags.Idr : TestTags.Slice));
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(flv.WrittenMemory);
    }
}
