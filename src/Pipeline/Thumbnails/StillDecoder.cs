using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Ffmpeg;

namespace Streaming.Pipeline.Thumbnails;

/// <summary>
/// Makes a JPEG of the first key frame in a piece of CMAF, by a process of ffmpeg: about 0.1 s, most of it the start of
/// the process, with the decoder out of ours.
/// </summary>
/// <param name="ffmpeg">The program, as found on the path.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets the reason when there is no picture, once a minute at most.</param>
public sealed partial class StillDecoder(string ffmpeg, TimeProvider time, ILogger<StillDecoder> logger)
{
    // Bytes of a picture: its pixels are a few hundred thousand at most.
    private const int PictureLengthMax = 4 * 1024 * 1024;

    /// <summary>A picture may take so long: a machine with nothing to spare, or a program that hangs.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // Whoever asks for a picture makes one fail: no more than a line in that time.
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _logging = new();
    private long? _loggedAt;
    private long _unlogged;

    /// <summary>The picture in square pixels, no larger than it was; null when there is none to be had.</summary>
    /// <param name="media">A CMAF header and what follows it.</param>
    /// <param name="lengthMax">Pixels of its longer side, at most.</param>
    /// <exception cref="TimeoutException">It took longer than <see cref="Timeout"/>: there may be one another time.</exception>
    public async Task<byte[]?> DecodeAsync(ImmutableArray<ReadOnlyMemory<byte>> media, int lengthMax)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            // Transcoders of live broadcasts come first.
            await using var process = await FfmpegProcess
                .StartAsync(ffmpeg, Arguments(lengthMax), ProcessPriorityClass.BelowNormal).ConfigureAwait(false);
            var reading = process.ReadOutputAsync(PictureLengthMax, timeout.Token);
            var feeding = process.FeedAsync((input, token) => WriteAsync(media, input, token), timeout.Token);
            await Task.WhenAll(reading, feeding).ConfigureAwait(false);
            var jpeg = await reading.ConfigureAwait(false);
            if (jpeg.Length > 0)
            {
                return jpeg;
            }

            Fail((await process.ExitAsync(timeout.Token).ConfigureAwait(false)).LastWords);
            return null;
        }
        catch (OperationCanceledException e)
        {
            Fail("it took too long.");
            throw new TimeoutException("The picture took too long.", e);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            Fail(e.Message);
            return null;
        }
    }

    private static async Task WriteAsync(
        ImmutableArray<ReadOnlyMemory<byte>> media, Stream input, CancellationToken cancellationToken)
    {
        foreach (var piece in media)
        {
            await input.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Fail(string reason)
    {
        long unlogged;
        lock (_logging)
        {
            if (_loggedAt is { } at && time.GetElapsedTime(at) < LogInterval)
            {
                _unlogged++;
                return;
            }

            _loggedAt = time.GetTimestamp();
            (unlogged, _unlogged) = (_unlogged, 0);
        }

        LogFailed(reason, unlogged);
    }

    /// <summary>The whole command: the first key frame, in square pixels, as a JPEG on standard output.</summary>
    internal static IReadOnlyList<string> Arguments(int lengthMax)
    {
        var width = lengthMax.ToString(CultureInfo.InvariantCulture);
        return
        [
            "-nostdin", "-loglevel", "quiet",
            "-threads", "1", "-skip_frame", "nokey", .. FfmpegArguments.FromPipe("mp4"), "-an", "-frames:v", "1",
            "-vf", $"scale=w='min(min({width},iw*sar),{width}*dar)':h='ow/dar',setsar=1",
            "-q:v", "5", "-f", "mjpeg", "pipe:1",
        ];
    }

    [LoggerMessage(400, LogLevel.Warning, "No picture could be made: {Reason} ({Unlogged} more since this was last told)")]
    private partial void LogFailed(string reason, long unlogged);
}
