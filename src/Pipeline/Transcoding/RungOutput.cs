using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using Streaming.Pipeline.Cmaf;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Media;
using Streaming.Pipeline.Timelines;

namespace Streaming.Pipeline.Transcoding;

/// <summary>One rung's way out of ffmpeg: its socket, demuxer, segmenter and packager.</summary>
internal sealed class RungOutput(
    TranscodeRun run,
    LadderRung rung,
    SourcePlaces source,
    TimeSpan partTarget,
    Func<RungMedia, CancellationToken, ValueTask> output) : IDisposable
{
    /// <summary>Bytes of the largest tag: far more than a key frame of any rung.</summary>
    private const int TagLengthMax = 16 * 1024 * 1024;

    private readonly FlvDemuxer _demuxer = new();
    private readonly ImmutableArray<PackagedMedia>.Builder _made = ImmutableArray.CreateBuilder<PackagedMedia>();
    private Socket? _listener;
    private CmafPackager? _packager;
    private RungSegmenter? _segmenter;
    private long _pictures;

    public LadderRung Rung => rung;

    /// <summary>Presentation time of the newest picture that came out, in 90 kHz ticks.</summary>
    public long NewestPresentationTime => Volatile.Read(ref _segmenter)?.NewestPresentationTime ?? long.MinValue;

    /// <summary>Pictures that came out.</summary>
    public long Pictures => Volatile.Read(ref _pictures);

    /// <exception cref="SocketException">There is no room for it, or too many files are open.</exception>
    [MemberNotNull(nameof(_listener))]
    public void Listen(UnixDomainSocketEndPoint endPoint)
    {
        _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(endPoint);
        _listener.Listen(1);
    }

    /// <summary>Reads to the end of what ffmpeg gives. Cancelled or cut off, the last segment stays as it is.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var socket = await _listener!.AcceptAsync(cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        var hasHeader = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            hasHeader = hasHeader || FlvReader.TryReadHeader(ref buffer);
            while (hasHeader && FlvReader.TryRead(ref buffer, TagLengthMax, out var tag))
            {
                Add(tag);
                await GiveAsync(cancellationToken).ConfigureAwait(false);
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        _segmenter?.Complete();
        await GiveAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _packager?.Abandon();
    }

    private void Add(FlvTag tag)
    {
        var content = _demuxer.Read(tag, out var frame);
        if (_packager is null && content.HasFlag(FlvContent.VideoConfiguration))
        {
            _packager = new CmafPackager(_demuxer.Video!, partTarget, _made.Add);
            Volatile.Write(ref _segmenter, new RungSegmenter(source, run.Clock, _packager, run.Seams.GetValueOrDefault(rung.Name)));
        }

        if (_segmenter is not null && content.HasFlag(FlvContent.Frame))
        {
            _segmenter.Add(frame, tag);
            Volatile.Write(ref _pictures, _pictures + 1);
        }
        else
        {
            tag.Release();
        }
    }

    private ValueTask GiveAsync(CancellationToken cancellationToken) => _made.Count == 0
        ? ValueTask.CompletedTask
        : output(
            new RungMedia(run.Epoch, rung, (VideoConfiguration)_packager!.Configuration, _made.DrainToImmutable()),
            cancellationToken);
}
