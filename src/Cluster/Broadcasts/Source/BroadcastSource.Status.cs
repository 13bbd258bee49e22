using System.Globalization;
using Microsoft.Extensions.Logging;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Broadcasts.Source;

/// <content>What is told of publishers: to people, and to the log.</content>
internal sealed partial class BroadcastSource
{
    private string BitRateReason => string.Create(
        CultureInfo.InvariantCulture,
        $"The bit rate is above the {_bitRateMax / 1e6:0.###} Mbit/s that this server takes (Streaming:Rtmp:BitRateMax). "
        + $"Lower it in the encoder's settings.");

    private void Observe()
    {
        // What stands in for a track is not the publisher's. While it is away, it is the broadcast's that is shown.
        var segmenter = _output.Segmenter;
        var (video, audio) = _reader is null
            ? (segmenter.VideoConfiguration, segmenter.AudioConfiguration)
            : (_reader.Video, _reader.Audio);
        var isPromoting = _reader?.IsPromoting == true;
        var idrInterval = video is null || isPromoting ? null : segmenter.SyncInterval;
        _status = new IngestStatus
        {
            IsConnected = _publication is not null,
            ConnectedAt = _connectedAt,
            BitRate = _publication is null ? 0 : _bitRate.BitRate,
            FrameRate = video is null ? 0 : Math.Round(segmenter.FrameRate, 2),
            Width = video?.Width,
            Height = video?.Height,
            VideoCodec = video?.Codec,
            AudioCodec = audio?.Codec,
            KeyFrameInterval = idrInterval,
            Encoder = _reader?.Encoder,
            Advice = EncoderAdvice.For(
                video,
                _hasRungs(),
                new RandomAccess(segmenter.IsOnGrid || isPromoting, idrInterval, _reader?.RecoveryFrames)),
        };
        _output.Look();
    }

    [LoggerMessage(202, LogLevel.Information, "{Slug}: the publisher left ({End})")]
    private static partial void LogLeft(ILogger logger, string slug, PublicationEnd end);

    [LoggerMessage(204, LogLevel.Warning, "{Slug}: the stream was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string slug, string reason);

    [LoggerMessage(205, LogLevel.Error, "{Slug}: the stream could not be processed")]
    private static partial void LogFailed(ILogger logger, string slug, Exception exception);
}
