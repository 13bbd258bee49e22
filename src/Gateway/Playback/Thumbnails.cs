using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Streaming.Cluster.Live;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.Playback;

/// <summary>
/// A small picture of a broadcast, decoded by ffmpeg from the newest key frame of its smallest rendition. Made when somebody
/// asks and the last one is old; never more than one at a time on a node.
/// </summary>
public sealed partial class Thumbnails(LadderOptions options, TimeProvider time, ILogger<Thumbnails> logger) : IDisposable
{
    /// <summary>A picture younger than this is shown again.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    private const int WidthMax = 640;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly ConditionalWeakTable<Broadcast, Picture> _pictures = [];
    private readonly SemaphoreSlim _making = new(1);

    /// <summary>A JPEG of the broadcast, null when there is none to be had.</summary>
    public async Task<ReadOnlyMemory<byte>?> OfAsync(Broadcast broadcast, CancellationToken cancellationToken)
    {
        var picture = _pictures.GetValue(broadcast, static _ => new Picture());
        if (picture.IsFresh(time))
        {
            return picture.Jpeg;
        }

        await _making.WaitAsync(cancellationToken);
        try
        {
            if (!picture.IsFresh(time) && KeyFrame(broadcast) is { } keyFrame)
            {
                picture.Set(await DecodeAsync(keyFrame, cancellationToken) ?? picture.Jpeg, time);
            }

            return picture.Jpeg;
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();

    /// <summary>A CMAF header and the chunk that begins with the newest key frame.</summary>
    private static ImmutableArray<ReadOnlyMemory<byte>>? KeyFrame(Broadcast broadcast)
    {
        var smallest = broadcast.Snapshot?.Renditions
            .Where(rendition => rendition.Kind == TrackKind.Video && rendition.IsOffered)
            .LastOrDefault(rendition => rendition.Segments.Any(IsUsable));
        var segment = smallest?.Segments.Last(IsUsable);
        return segment is not null
            && broadcast.Media.TryGet(smallest!.Name, MediaNames.Initialization(segment.Initialization), out var header)
            && broadcast.Media.TryGet(smallest.Name, MediaNames.Part(segment.Boundary.MediaSequence, 0), out var part)
                ? [.. header!.Pieces, .. part!.Pieces]
                : null;

        static bool IsUsable(Segment segment) => segment is { IsGap: false, Independent: true };
    }

    private async Task<ReadOnlyMemory<byte>?> DecodeAsync(
        ImmutableArray<ReadOnlyMemory<byte>> keyFrame, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(options.Ffmpeg,
            [
                "-nostdin", "-loglevel", "quiet", "-f", "mp4", "-i", "pipe:0", "-frames:v", "1",
                "-vf", $"scale='min({WidthMax},iw)':-2", "-q:v", "4", "-f", "mjpeg", "pipe:1",
            ])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            process.Start();
            using var jpeg = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(jpeg, timeout.Token);
            foreach (var piece in keyFrame)
            {
                await process.StandardInput.BaseStream.WriteAsync(piece, timeout.Token);
            }

            process.StandardInput.Close();
            await reading;
            return jpeg.Length > 0 ? jpeg.ToArray() : null;
        }
        catch (Exception e) when (e is Win32Exception or IOException or OperationCanceledException)
        {
            LogFailed(e.Message);
            if (e is not Win32Exception && !process.HasExited)
            {
                process.Kill();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    [LoggerMessage(400, LogLevel.Warning, "No thumbnail could be made: {Reason}")]
    private partial void LogFailed(string reason);

    private sealed class Picture
    {
        private long _madeAt;

        public ReadOnlyMemory<byte>? Jpeg { get; private set; }

        public bool IsFresh(TimeProvider time) => Jpeg is not null && time.GetElapsedTime(_madeAt) < Age;

        public void Set(ReadOnlyMemory<byte>? jpeg, TimeProvider time)
        {
            Jpeg = jpeg;
            _madeAt = time.GetTimestamp();
        }
    }
}
