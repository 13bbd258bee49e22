using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Gateway.Pictures;

/// <summary>
/// Makes a JPEG of the first key frame in a piece of CMAF, by a process of ffmpeg: about 0.1 s, most of it the start of
/// the process, with the decoder out of ours.
/// </summary>
internal sealed partial class StillDecoder(LadderOptions options, ILogger<StillDecoder> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The picture in square pixels, no larger than it was; null when there is none to be had.</summary>
    /// <param name="media">A CMAF header and what follows it.</param>
    /// <param name="lengthMax">Pixels of its longer side, at most.</param>
    public async Task<byte[]?> DecodeAsync(ImmutableArray<ReadOnlyMemory<byte>> media, int lengthMax)
    {
        using var process = new Process { StartInfo = Start(lengthMax) };
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            process.Start();
            GiveWay(process);
            using var jpeg = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(jpeg, timeout.Token);
            try
            {
                foreach (var piece in media)
                {
                    await process.StandardInput.BaseStream.WriteAsync(piece, timeout.Token);
                }

                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has what it needs, and reads no further.
            }

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

            return null;
        }
    }

    /// <summary>Lets the transcoders of live broadcasts come first.</summary>
    private static void GiveWay(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    private ProcessStartInfo Start(int lengthMax)
    {
        var width = lengthMax.ToString(CultureInfo.InvariantCulture);
        return new ProcessStartInfo(options.Ffmpeg,
        [
            "-nostdin", "-loglevel", "quiet",
            "-threads", "1", "-skip_frame", "nokey", "-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0",
            "-f", "mp4", "-i", "pipe:0", "-an", "-frames:v", "1",
            "-vf", $"scale=w='min(min({width},iw*sar),{width}*dar)':h='ow/dar',setsar=1",
            "-q:v", "5", "-f", "mjpeg", "pipe:1",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
    }

    [LoggerMessage(400, LogLevel.Warning, "No picture could be made: {Reason}")]
    private partial void LogFailed(string reason);
}
