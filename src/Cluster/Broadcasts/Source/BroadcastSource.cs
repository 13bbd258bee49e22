using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Instruments;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Pipeline.Flv;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Cluster.Broadcasts.Source;

/// <summary>A publication was ended from our side.</summary>
/// <param name="Publication">The publication.</param>
/// <param name="Reason">Why, in a sentence for the broadcaster.</param>
/// <param name="Kind">Why, for who counts.</param>
internal sealed record PublicationCutOff(LivePublication Publication, string Reason, CutOffReason Kind);

/// <summary>
/// The source of a broadcast: one publisher after another, whose tags become segments of one timeline. What fails here ends the
/// publication, whose encoder is told why; the broadcast waits for it as for one that was cut off.
/// </summary>
internal sealed partial class BroadcastSource
{
    /// <summary>What encoders are told that sent what we fail at.</summary>
    public const string Failed = "The server failed to process the stream. Please start it again.";

    private const string NoMemory = "The server has no memory left for this stream. Please send a lower bit rate, or try again later.";

    private readonly string _slug;
    private readonly SourceOutput _output;
    private readonly RungBranch _rungs;
    private readonly Func<bool> _hasRungs;
    private readonly Action<PublicationCutOff> _cutOff;
    private readonly TimeSpan _segmentLimit;
    private readonly long _bitRateMax;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IngestInstruments? _instruments;
    private readonly BroadcastInstruments? _faults;
    private readonly BitRateLimit _bitRateLimit;
    private LivePublication? _publication;
    private SourceReader? _reader;
    private PublicationCounts? _counts;
    private DateTimeOffset _connectedAt;
    private BitRateMeter _bitRate;
    private long _bytesNow;
    private long _bytesAtLook;
    private long _bytesAtLookBefore;
    private volatile IngestStatus? _status;

    /// <param name="slug">Names the channel in the log.</param>
    /// <param name="output">Where what is made goes.</param>
    /// <param name="rungs">Are looked at once a second.</param>
    /// <param name="hasRungs">There are transcoded qualities for viewers.</param>
    /// <param name="cutOff">Gets publications that were ended from here.</param>
    /// <param name="segmentLimit">How far apart IDR pictures may be.</param>
    /// <param name="bitRateMax">Bit/s that a publisher may send.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what is wrong with publishers, and with us.</param>
    /// <param name="instruments">Count what comes; null for nobody who asks.</param>
    /// <param name="faults">Count those of ours; null for nobody who asks.</param>
    public BroadcastSource(
        string slug,
        SourceOutput output,
        RungBranch rungs,
        Func<bool> hasRungs,
        Action<PublicationCutOff> cutOff,
        TimeSpan segmentLimit,
        long bitRateMax,
        TimeProvider time,
        ILogger logger,
        IngestInstruments? instruments,
        BroadcastInstruments? faults)
    {
        (_slug, _output, _rungs, _hasRungs, _cutOff) = (slug, output, rungs, hasRungs, cutOff);
        (_segmentLimit, _bitRateMax, _time, _logger) = (segmentLimit, bitRateMax, time, logger);
        (_instruments, _faults) = (instruments, faults);
        _bitRateLimit = new BitRateLimit(time, bitRateMax);
    }

    /// <summary>What comes in, as it was at the last look; null before the first publisher. Safe from anywhere.</summary>
    public IngestStatus? Status => _status;

    /// <summary>Media came since the last look but one. Safe from anywhere.</summary>
    public bool IsAlive => Volatile.Read(ref _bytesNow) > Volatile.Read(ref _bytesAtLookBefore);

    /// <summary>Deals with what happened; <see cref="Take"/> tells what became of it. Does not throw.</summary>
    public void Handle(SourceEvent happened)
    {
        try
        {
            switch (happened)
            {
                case SourceEvent.TagCame came:
                    Read(came.Publication);
                    break;
                case SourceEvent.Began began:
                    Begin(began.Publication);
                    break;
                case SourceEvent.Ended ended when ended.Publication == _publication:
                    Leave(ended.End);
                    break;
                case SourceEvent.SecondPassed:
                    Look();
                    break;
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>What has been made since it was last asked, null for nothing.</summary>
    public SourceMedia? Take() => _output.Take();

    /// <summary>Nobody publishes any more.</summary>
    public void Close()
    {
        if (_publication is not null)
        {
            Handle(new SourceEvent.Ended(_publication, PublicationEnd.Revoked));
        }
    }

    /// <summary>Something failed in the source's path: the publication ends, whose encoder is told.</summary>
    public void Fail(Exception exception)
    {
        if (exception is UnsupportedCodecException)
        {
            Refuse(exception.Message, CutOffReason.Codec); // What cannot be taken may be followed by what can.
            return;
        }

        LogFailed(_logger, _slug, exception);
        _faults?.Failed("source");
        var isMemory = exception is OutOfMemoryException;
        CutOff(isMemory ? NoMemory : Failed, isMemory ? CutOffReason.Memory : CutOffReason.Fault);
    }

    private void Begin(LivePublication publication)
    {
        _publication = publication;
        _connectedAt = _time.GetUtcNow();
        _reader = new SourceReader(_output.Segmenter, _time, new EntryPromotion(_hasRungs, _segmentLimit));
        _counts = _instruments is null ? null : new PublicationCounts(_reader, _output.Segmenter, _instruments);
        _instruments?.Began();
        _bitRate = new BitRateMeter(_time);
        Volatile.Write(ref _bytesNow, 0);
        Volatile.Write(ref _bytesAtLookBefore, 0);
        _bytesAtLook = 0;
        Observe();
        publication.Answer(null);
    }

    private void Read(LivePublication publication)
    {
        var tag = publication.Tag;
        try
        {
            if (publication != _publication)
            {
                tag.Release(); // Of one that was replaced.
                return;
            }

            var isWithinLimit = _bitRateLimit.Takes(tag.Body.Length);
            _reader!.Read(tag);
            Volatile.Write(ref _bytesNow, _reader.Bytes);
            if (!isWithinLimit)
            {
                Refuse(BitRateReason, CutOffReason.BitRate);
            }
        }
        finally
        {
            publication.Next();
        }
    }

    private void Look()
    {
        _reader?.OpenIfDue();
        try
        {
            _rungs.Look();
            if (_reader is not null)
            {
                _counts?.Tell();
                _bitRate.Observe(_reader.Bytes);
                Volatile.Write(ref _bytesAtLookBefore, _bytesAtLook);
                _bytesAtLook = _reader.Bytes;
                _bitRateLimit.Pass();
            }

            Observe();
        }
        catch (Exception e)
        {
            LogFailed(_logger, _slug, e); // Of no publisher's doing.
        }
    }

    /// <summary>The publisher has gone.</summary>
    private void Leave(PublicationEnd end)
    {
        LogLeft(_logger, _slug, end);
        _instruments?.Ended(end);
        _counts?.Tell();
        var reader = _reader;
        (_publication, _reader, _counts) = (null, null, null);
        reader?.Close();
        _output.Segmenter.EndPublication();
        Observe();
    }

    private void Refuse(string reason, CutOffReason kind)
    {
        LogRefused(_logger, _slug, reason);
        CutOff(reason, kind);
    }

    private void CutOff(string reason, CutOffReason kind)
    {
        if (_publication is not { } publication)
        {
            return;
        }

        try
        {
            Leave(PublicationEnd.Revoked);
        }
        catch (Exception e)
        {
            // Not even its end goes as it should.
            LogFailed(_logger, _slug, e);
            (_publication, _reader, _counts) = (null, null, null);
        }

        publication.Answer(new(reason)); // It may not have come so far as to be the channel's.
        _cutOff(new PublicationCutOff(publication, reason, kind));
    }
}
