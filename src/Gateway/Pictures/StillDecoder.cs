using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Streaming.Pipeline.Processes;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.Pictures;

/// <summary>
/// Makes a JPEG of the first key frame in a piece of CMAF, by a process of ffmpeg: about 0.1 s, most of it the start of
/// the process, with the decoder out of ours.
/// </summary>
internal sealed partial class StillDecoder(LadderOptions options, ILogger<StillDecoder> logger)
{
    // Bytes of a picture: its pixels are a few hundred thousand at most.
    private const int PictureLengthMax = 4 * 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // Whoever asks for a picture makes one fail: no more than a line in that time.
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _logging = new();
    private long? _loggedAt;
    private long _unlogged;

    /// <summary>The picture in square pixels, no larger than it was; null when there is none to be had.</summary>
    /// <param name="media">A CMAF header and what follows it.</param>
    /// <param name="lengthMax">Pixels of its longer side, at most.</param>
    public async Task<byte[]?> DecodeAsync(ImmutableArray<ReadOnlyMemory<byte>> media, int lengthMax)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            // Transcoders of live broadcasts come first.
            await using var process = await ChildProcess.StartAsync(
                options.Ffmpeg, Arguments(lengthMax), ProcessPriorityClass.BelowNormal);
            var reading = ReadAsync(process.Output, timeout.Token);
            await Task.WhenAll(reading, WriteAsync(media, process.Input, timeout.Token));
            var jpeg = await reading;
            if (jpeg is null)
            {
                await process.Exited.WaitAsync(timeout.Token);
                Fail(await process.LastWordsAsync());
            }

            return jpeg;
        }
        catch (Exception e) when (e is Win32Exception or IOException or OperationCanceledException)
        {
            Fail(e.Message);
            return null;
        }
    }

    private static async Task WriteAsync(
        ImmutableArray<ReadOnlyMemory<byte>> media, Stream input, CancellationToken cancellationToken)
    {
        try
        {
            await using (input)
            {
                foreach (var piece in media)
                {
                    await input.WriteAsync(piece, cancellationToken);
                }
            }
        }
        catch (IOException)
        {
            // It has what it needs, and reads no further.
        }
    }

    /// <summary>All that it gives; null when that is nothing.</summary>
    private static async Task<byte[]?> ReadAsync(Stream output, CancellationToken cancellationToken)
    {
        using var jpeg = new MemoryStream();
        var block = new byte[16 * 1024];
        while (await output.ReadAsync(block, cancellationToken) is > 0 and var length)
        {
            if (jpeg.Length + length > PictureLengthMax)
            {
                throw new IOException($"The picture has more than {PictureLengthMax:N0} bytes.");
            }

            jpeg.Write(block, 0, length);
        }

        return jpeg.Length > 0 ? jpeg.ToArray() : null;
    }

    private void Fail(string reason)
    {
        long unlogged;
        lock (_logging)
        {
            if (_loggedAt is { } at && Stopwatch.GetElapsedTime(at) < LogInterval)
            {
                _unlogged++;
                return;
            }

            _loggedAt = Stopwatch.GetTimestamp();
            (unlogged, _unlogged) = (_unlogged, 0);
        }

        LogFailed(reason, unlogged);
    }

    private static string[] Arguments(int lengthMax)
    {
        var width = lengthMax.ToString(CultureInfo.InvariantCulture);
        return
        [
            "-nostdin", "-loglevel", "quiet",
            "-threads", "1", "-skip_frame", "nokey", "-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0",
            "-f", "mp4", "-i", "pipe:0", "-an", "-frames:v", "1",
            "-vf", $"scale=w='min(min({width},iw*sar),{width}*dar)':h='ow/dar',setsar=1",
            "-q:v", "5", "-f", "mjpeg", "pipe:1",
        ];
    }

    [LoggerMessage(400, LogLevel.Warning, "No picture could be made: {Reason} ({Unlogged} more since this was last told)")]
    private partial void LogFailed(string reason, long unlogged);
}
