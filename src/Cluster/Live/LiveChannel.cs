using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Transcoding;

namespace Streaming.Cluster.Live;

/// <summary>
/// The actor that owns a channel's broadcasts: one bounded mailbox, one loop, and nobody else touches its state. Publishers
/// wait when the mailbox is full, which their TCP connections feel.
/// </summary>
public sealed partial class LiveChannel
{
    /// <summary>Tags and parts that may wait: about two seconds of a broadcast.</summary>
    private const int MailboxMax = 256;

    /// <summary>Bytes of a tag above which its publisher waits until it has been read.</summary>
    private const int LargeTag = 128 * 1024;

    /// <summary>Media that may still come from the transcoder when the publisher has gone for good.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly BroadcastOptions _options;
    private readonly IMediaStorage _storage;
    private readonly RecordingLibrary? _recordings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LiveInstruments? _instruments;
    private readonly Channel<ChannelMail> _mailbox =
        Channel.CreateBounded<ChannelMail>(new BoundedChannelOptions(MailboxMax)
        {
            SingleReader = true,

            // A publisher's own thread goes on with its tag when the loop is idle, instead of waking another one for it.
            AllowSynchronousContinuations = true,
        });

    private readonly TakeOvers _takeOvers;
    private readonly BitRateLimit _bitRateLimit;
    private readonly List<EndedBroadcast> _ended = [];
    private readonly Task _loop;
    private ITimer? _ticker;
    private Broadcast? _broadcast;
    private LivePublication? _publication;
    private SourceReader? _source;
    private PublicationCounts? _counts;
    private DateTimeOffset _startedAt;
    private DateTimeOffset _connectedAt;
    private long _disconnectedAt;
    private long _endingAt;
    private bool _isEnding;
    private bool _isStopped;
    private BitRateMeter _bitRate;
    private long _bytesAtTick;
    private long _bytesATickBefore;
    private Refusal? _refusal;
    private volatile ChannelStatus _status = ChannelStatus.Offline;
    private volatile Broadcast[] _readable = [];

    internal LiveChannel(
        string slug,
        BroadcastOptions options,
        IMediaStorage storage,
        RecordingLibrary? recordings,
        TimeProvider time,
        ILogger logger,
        LiveInstruments? instruments = null)
    {
        Slug = slug;
        _options = options;
        _storage = storage;
        _recordings = recordings;
        _time = time;
        _logger = logger;
        _instruments = instruments;
        _takeOvers = new TakeOvers(time);
        _bitRateLimit = new BitRateLimit(time, options.BitRateMax);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Name of the channel in addresses.</summary>
    public string Slug { get; }

    /// <summary>What it is doing now.</summary>
    public ChannelStatus Status => _status;

    /// <summary>
    /// The newest broadcast that can be read: the one under way, or one that ended a moment ago; null when there is none.
    /// </summary>
    public Broadcast? Newest => _readable is [var newest, ..] ? newest : null;

    /// <summary>The broadcast of that id while it can be read.</summary>
    public Broadcast? Find(string broadcastId) => Array.Find(_readable, broadcast => broadcast.Id == broadcastId);

    private async Task RunAsync()
    {
        while (!_isStopped && await _mailbox.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (!_isStopped && _mailbox.Reader.TryRead(out var mail))
            {
                HandleOrFail(mail);
                mail.Done();
            }

            PublishOrFail();
        }

        _mailbox.Writer.TryComplete();
        _ticker?.Dispose();
        while (_mailbox.Reader.TryRead(out var mail))
        {
            mail.Tag.Release();
            mail.Publication?.Abandon();
            mail.Done();
        }

        await Task.WhenAll(_readable.Select(LetGoAsync)).ConfigureAwait(false);
    }

    private void Handle(in ChannelMail mail)
    {
        switch (mail.Kind)
        {
            case ChannelMailKind.Tag when mail.Publication == _publication:
                Read(mail.Tag);
                break;
            case ChannelMailKind.Tag:
                mail.Tag.Release(); // Of a publisher that was replaced.
                break;
            case ChannelMailKind.Rung when mail.Broadcast == _broadcast:
                _broadcast!.Add(mail.Rung);
                break;
            case ChannelMailKind.RunEnded when mail.Broadcast == _broadcast:
                _broadcast!.OnRunEnded(mail.Epoch, mail.Result);
                LogRunEnded(Slug, mail.Epoch, mail.Result.End, mail.Result.Message);
                EndIfDrained();
                break;
            case ChannelMailKind.Began:
                Begin(mail.Publication!);
                break;
            case ChannelMailKind.Ended when mail.Publication == _publication:
                Leave(mail.End);
                break;
            case ChannelMailKind.Revoke when _publication is not null:
                Revoke((string)mail.Payload!);
                break;
            case ChannelMailKind.Tick:
                Tick();
                break;
            case ChannelMailKind.Stop:
                Stop();
                break;
        }
    }

    private void Read(FlvTag tag)
    {
        var isWithinLimit = _bitRateLimit.Takes(tag.Body.Length);
        _source!.Read(tag);
        if (!isWithinLimit)
        {
            LogRefused(Slug, BitRateReason);
            CutOff(BitRateReason, CutOffReason.BitRate);
        }
    }

    private void Begin(LivePublication publication)
    {
        if (_publication is not null)
        {
            var isAlive = _source!.Bytes > _bytesATickBefore;
            var takeOver = _takeOvers.Decide(isAlive);
            _instruments?.Ingest.TookOver(takeOver, isAlive);
            if (takeOver is not TakeOver.Admitted)
            {
                HoldOff(publication, isFirst: takeOver is TakeOver.HeldOff);
                return;
            }

            LogTakenOver(Slug);
            _publication.Revoke("Another encoder began to publish with the same stream key.");
            Leave(PublicationEnd.Disconnected);
        }

        if (_isEnding)
        {
            EndBroadcast(); // Its last pictures are not worth making the new publisher wait.
        }

        if (_broadcast is null)
        {
            var broadcast = NewBroadcast();
            _broadcast = broadcast;
            _hasFailed = false;
            _readable = [broadcast, .. _readable];
            _startedAt = _time.GetUtcNow();
            LogBegan(Slug, broadcast.Id);
            _instruments?.Broadcasts.Began();
        }

        _publication = publication;
        _connectedAt = _time.GetUtcNow();
        var current = _broadcast;
        _source = new SourceReader(current.Segmenter, _time, new EntryPromotion(() => current.HasRungs, _options.Segments.Limit));
        _counts = _instruments is null ? null : new PublicationCounts(_source, current.Segmenter, _instruments.Ingest);
        _instruments?.Ingest.Began();
        _bitRate = new BitRateMeter(_time);
        (_bytesAtTick, _bytesATickBefore) = (0, 0);
        _ticker ??= _time.CreateTimer(
            static state => ((LiveChannel)state!)._mailbox.Writer.TryWrite(new() { Kind = ChannelMailKind.Tick }),
            this, TickInterval, TickInterval);
        PublishStatus();
        publication.Answer(null);
    }

    private Broadcast NewBroadcast()
    {
        Broadcast? broadcast = null;
        var id = Ids.NewBroadcastId(_time.GetUtcNow());
        broadcast = new Broadcast(
            id,
            _options,
            _storage,
            _recordings?.Record(id, Slug, _options.Segments),
            (media, cancellationToken) => GiveAsync(broadcast!, media, cancellationToken),
            (epoch, result) => _ = ReportAsync(broadcast!, epoch, result),
            _time,
            _logger,
            _instruments);
        return broadcast;
    }

    private async ValueTask GiveAsync(Broadcast broadcast, RungMedia media, CancellationToken cancellationToken)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(
                new() { Kind = ChannelMailKind.Rung, Broadcast = broadcast, Payload = media }, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The channel has stopped, and nobody waits for it.
        }
    }

    private async Task ReportAsync(Broadcast broadcast, int epoch, TranscodeResult result)
    {
        _instruments?.Transcoders.Ended(result.End);
        try
        {
            await _mailbox.Writer.WriteAsync(new()
            {
                Kind = ChannelMailKind.RunEnded,
                Broadcast = broadcast,
                Epoch = epoch,
                Payload = result,
            }).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The channel has stopped.
        }
    }

    /// <summary>The publisher has gone.</summary>
    private void Leave(PublicationEnd end)
    {
        LogLeft(Slug, end);
        _instruments?.Ingest.Ended(end);
        _counts?.Tell();
        var source = _source;
        (_publication, _source, _counts) = (null, null, null);
        source?.Close();
        _disconnectedAt = _time.GetTimestamp();
        _broadcast!.Segmenter.EndPublication();
        if (end == PublicationEnd.Unpublished)
        {
            BeginEnding();
        }

        PublishStatus();
        EndIfDrained();
    }

    private void PublishStatus() => _status = _broadcast is null
        ? ChannelStatus.Offline with { Refusal = _refusal }
        : new ChannelStatus(_broadcast, _startedAt, Ingest(), _broadcast.Quality, _broadcast.Transcoder, _refusal);

    private IngestStatus Ingest()
    {
        // What stands in for a track is not the publisher's. While it is away, it is the broadcast's that is shown.
        var segmenter = _broadcast!.Segmenter;
        var (video, audio) = _source is null
            ? (segmenter.VideoConfiguration, segmenter.AudioConfiguration)
            : (_source.Video, _source.Audio);
        var isPromoting = _source?.IsPromoting == true;
        var idrInterval = video is null || isPromoting ? null : segmenter.SyncInterval;
        return new IngestStatus
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
            Encoder = _source?.Encoder,
            Advice = EncoderAdvice.For(
                video,
                _broadcast.HasRungs,
                new RandomAccess(segmenter.IsOnGrid || isPromoting, idrInterval, _source?.RecoveryFrames)),
        };
    }

    private readonly record struct EndedBroadcast(Broadcast Broadcast, long EndedAt);
}
