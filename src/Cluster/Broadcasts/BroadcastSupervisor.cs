using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Actors;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Archive;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Graphs;
using Streaming.Cluster.Naming;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Broadcasts;

/// <summary>What all supervisors are made with.</summary>
internal sealed record BroadcastSettings(
    BroadcastOptions Options,
    IMediaStorage Storage,
    RecordingLibrary? Recordings,
    ChannelClaims? Claims,
    TimeProvider Time,
    ILogger Logger,
    LiveInstruments? Instruments,
    ITranscodeRuns? Runs = null)
{
    /// <summary>What waits for storage, of all broadcasts.</summary>
    public ByteBudget Archiving { get; } = new(SegmentArchive.NodeWaitingBytesMax);
}

/// <summary>
/// Begins, keeps and ends the broadcasts of one channel, one after another: lets publishers in, makes the graph that their tags run through, waits for
/// who was cut off, and lets go of what is over. No tag comes here.
/// </summary>
internal sealed partial class BroadcastSupervisor : UntypedActor
{
    /// <summary>Media that may still come from the transcoder when the publisher has gone for good.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    /// <summary>What publishers are told that come while the node ends.</summary>
    public static readonly PublishAnswer.Refused GoingDown = new("The server is going down. Please try again in a moment.");

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private readonly LiveChannel _channel;
    private readonly BroadcastSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TakeOvers _takeOvers;
    private readonly ActorLife _life;
    private readonly List<EndedBroadcast> _ended = [];
    private readonly List<Task> _told = []; // What the channel's entity is to know.
    private readonly ActorMaterializer _materializer;
    private ITimer? _ticker;
    private Broadcast? _broadcast;
    private DateTimeOffset _connectedAt;
    private long _disconnectedAt;
    private long _endingAt;
    private bool _isEnding;
    private bool _isStopping;
    private long _epoch = ChannelClaims.Unstored; // The highest that a publisher came with.
    private bool _isOrigin; // Under that epoch.
    private bool _hasFailed; // The source's path, in the broadcast under way.

    public BroadcastSupervisor(LiveChannel channel, BroadcastSettings settings)
    {
        (_channel, _settings, _time, _logger) = (channel, settings, settings.Time, settings.Logger);
        _takeOvers = new TakeOvers(_time);
        _life = new(settings.Instruments?.Actors, LiveInstruments.Supervisor);
        _materializer = Context.Materializer(Inline.MaterializerSettings(Context.System));
    }

    private LivePublication? Publication => _channel.Publication;

    /// <summary>A supervisor of that channel.</summary>
    public static Props Props(LiveChannel channel, BroadcastSettings settings) =>
        Akka.Actor.Props.Create(() => new BroadcastSupervisor(channel, settings)).WithDispatcher(Inline.Dispatcher);

    /// <summary>Nothing that fails in a message ends the supervisor, or what it has.</summary>
    protected override void OnReceive(object message)
    {
        try
        {
            if (_isStopping)
            {
                HandleAtTheEnd(message);
            }
            else
            {
                Handle(message);
            }
        }
        catch (Exception e)
        {
            LogFailed(_logger, _channel.Slug, e);
            (message as BeginPublication)?.Publication.Answer(new(BroadcastSource.Failed));
        }
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _life.Restarts();
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _life.Stops();
        _ticker?.Dispose();
        _channel.Stop();
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case BeginPublication begin:
                Begin(begin.Publication, begin.Epoch, begin.Earlier);
                break;
            case PublisherLeft left when left.Publication == Publication:
                Leave(left.End);
                break;
            case RevokePublisher revoke when Publication is not null && Publication.KeyHash != revoke.KeyHash:
                Revoke("The stream key of this channel was changed.");
                break;
            case ClaimOvertaken overtaken when _broadcast is { Epoch: not ChannelClaims.Unstored } && overtaken.Epoch > _epoch:
                YieldTo(overtaken.Epoch);
                break;
            case PublicationCutOff cutOff:
                OnCutOff(cutOff);
                break;
            case SecondPassed:
                Look();
                break;
            case RunsEnded ended when ended.Broadcast == _broadcast:
                EndIfDrained();
                break;
            case GraphEnded ended:
                OnGraphEnded(ended);
                break;
            case NobodyArrives:
                GiveBackIfIdle();
                break;
            case StopChannel:
                Stop();
                break;
            case HandOverChannel:
                HandOver();
                break;
        }
    }

    private void Begin(LivePublication publication, long epoch, ILiveBroadcast? earlier)
    {
        if (epoch == ChannelClaims.Unstored && _settings.Claims is { AreNeeded: true })
        {
            if (!_isOrigin)
            {
                _channel.Refusal = new Refusal(NotClaimed.Reason, _time.GetUtcNow());
                publication.Answer(NotClaimed);
                return;
            }

            epoch = _epoch; // Nobody has heard of another origin.
        }

        if (epoch != ChannelClaims.Unstored && epoch < _epoch)
        {
            publication.Answer(Overtaken);
            return;
        }

        if (Publication is not null)
        {
            var isAlive = _broadcast!.Source.IsAlive;
            var takeOver = _takeOvers.Decide(isAlive);
            _settings.Instruments?.Ingest.TookOver(takeOver, isAlive);
            if (takeOver is not TakeOver.Admitted)
            {
                HoldOff(publication, isFirst: takeOver is TakeOver.HeldOff);
                return;
            }

            LogTakenOver(_logger, _channel.Slug);
            Publication.Revoke("Another encoder began to publish with the same stream key.");
            Leave(PublicationEnd.Disconnected);
        }

        if (_isEnding)
        {
            EndBroadcast(); // Its last pictures are not worth making the new publisher wait.
        }

        if (_broadcast is { Epoch: not ChannelClaims.Unstored } own && own.Epoch < epoch)
        {
            LetGo(); // Another node has been the origin meanwhile.
            earlier ??= own.Timeline.Announcement.Over.IsCompleted ? own : null;
        }

        if (epoch != ChannelClaims.Unstored)
        {
            (_epoch, _isOrigin) = (epoch, true);
        }

        _broadcast ??= (earlier is null ? null : Resumed(earlier, epoch)) ?? NewBroadcast(epoch);
        _channel.Publication = publication;
        _connectedAt = _time.GetUtcNow();
        publication.Enter(_broadcast.Ingress);
        _broadcast.Ingress.Send(new SourceEvent.Began(publication));
        _ticker ??= _time.CreateTimer(
            static self => ((IActorRef)self!).Tell(SecondPassed.Instance), Self, TickInterval, TickInterval);
    }

    private Broadcast NewBroadcast(long epoch)
    {
        var broadcast = Make(Ids.NewBroadcastId(_time.GetUtcNow()), epoch, startedAt: null);
        LogBegan(_logger, _channel.Slug, broadcast.Id);
        _settings.Instruments?.Broadcasts.Began();
        Run(broadcast);
        return broadcast;
    }

    private Broadcast Make(string id, long epoch, DateTimeOffset? startedAt)
    {
        var self = Self;
        return new Broadcast(
            id,
            _channel.Slug,
            epoch,
            _settings.Options,
            _settings.Storage,
            _settings.Recordings?.Record(id, _channel.Slug, _settings.Options.Segments, epoch),
            cutOff => self.Tell(cutOff),
            runsEnded => self.Tell(new RunsEnded(runsEnded)),
            _time,
            _logger,
            _settings.Instruments,
            _settings.Runs,
            _settings.Archiving,
            startedAt);
    }

    private void Run(Broadcast broadcast)
    {
        var self = Self;
        _hasFailed = false;
        _channel.Add(broadcast);
        broadcast.Run(_materializer).PipeTo(
            self,
            success: () => new GraphEnded(broadcast, null),
            failure: exception => new GraphEnded(broadcast, exception));
    }

    /// <summary>The publisher has gone, or has to.</summary>
    private void Leave(PublicationEnd end)
    {
        _broadcast!.Ingress.Send(new SourceEvent.Ended(Publication!, end));
        Left();
        if (end == PublicationEnd.Unpublished)
        {
            BeginEnding();
        }
    }

    private void Left()
    {
        _channel.Publication = null;
        _disconnectedAt = _time.GetTimestamp();
    }

    private void Revoke(string reason)
    {
        Publication!.Revoke(reason);
        Leave(PublicationEnd.Revoked);
    }

    /// <summary>The source has ended a publication by itself.</summary>
    private void OnCutOff(PublicationCutOff cutOff)
    {
        _settings.Instruments?.Ingest.CutOff(cutOff.Kind);
        _channel.Refusal = new Refusal(cutOff.Reason, _time.GetUtcNow());
        cutOff.Publication.Revoke(cutOff.Reason);
        if (cutOff.Publication != Publication)
        {
            return;
        }

        Left();
        if (cutOff.Kind is CutOffReason.Fault or CutOffReason.Memory)
        {
            if (_hasFailed)
            {
                EndBroadcast(); // It failed with another publisher, too; the next one begins a new one.
            }

            _hasFailed = true;
        }
    }

    /// <summary>Does not let a publisher take over from the one that is there.</summary>
    private void HoldOff(LivePublication publication, bool isFirst)
    {
        if (isFirst)
        {
            LogHeldOff(_logger, _channel.Slug, TakeOvers.Max, TakeOvers.Within);
        }

        _channel.Refusal = new Refusal(HeldOff.Reason, _time.GetUtcNow());
        publication.Answer(HeldOff);
    }

    private readonly record struct EndedBroadcast(Broadcast Broadcast, long EndedAt);
}
