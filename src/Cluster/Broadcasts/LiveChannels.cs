using System.Collections.Concurrent;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Streaming.Cluster.Broadcasts.Rungs;
using Streaming.Cluster.Broadcasts.Source;
using Streaming.Cluster.Channels;
using Streaming.Cluster.Recordings;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Storage;

namespace Streaming.Cluster.Broadcasts;

/// <summary>The live channels that this node owns: lets publishers in by their stream key, finds channels for readers.</summary>
/// <param name="actors">
/// Where the supervisors of broadcasts live, asked for with the first publisher; its system knows <see cref="Graphs.Inline"/>.
/// </param>
/// <param name="directory">The channels that there are.</param>
/// <param name="options">Of their broadcasts.</param>
/// <param name="storage">Where media goes.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Of the channels.</param>
/// <param name="recordings">Where broadcasts go that are over; null for nowhere.</param>
/// <param name="claims">Makes this node the origin of a channel for its publishers; null where no other node can be.</param>
/// <param name="instruments">Count what publishers and broadcasts do; null for nobody who asks.</param>
/// <param name="runs">Where the transcoder's runs are worked on; null for this process, without a limit.</param>
/// <param name="earlier">Finds what other nodes have begun; null where there is no other node.</param>
/// <param name="hasHeirs">Whether there are other nodes that can go on with broadcasts when this one ends; null for none.</param>
public sealed partial class LiveChannels(
    Func<IActorRefFactory> actors,
    ChannelDirectory directory,
    BroadcastOptions options,
    IMediaStorage storage,
    TimeProvider time,
    ILogger<LiveChannel> logger,
    RecordingLibrary? recordings = null,
    ChannelClaims? claims = null,
    LiveInstruments? instruments = null,
    ITranscodeRuns? runs = null,
    FindEarlierBroadcast? earlier = null,
    Func<bool>? hasHeirs = null)
    : IAsyncDisposable, IChannelListener
{
    /// <summary>The application that broadcasters publish to: <c>rtmp://host/live</c>.</summary>
    public const string App = "live";

    /// <summary>How long a publisher waits for what another node has begun: after that a broadcast of its own begins.</summary>
    public static readonly TimeSpan ResumeTimeout = TimeSpan.FromSeconds(3);

    private readonly BroadcastSettings _settings = new(options, storage, recordings, claims, time, logger, instruments, runs);
    private readonly ConcurrentDictionary<string, LiveChannel> _channels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _leaving = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private bool _isStopped;
    private bool _handsOver;

    /// <summary>Told of a channel whose broadcast has begun or ended, on the thread of its graph: nothing waits there.</summary>
    public event Action<string>? Changed;

    /// <summary>Channels that have had a publisher since the start of the node.</summary>
    public IEnumerable<LiveChannel> All => _channels.Select(channel => channel.Value);

    /// <summary>The channel, null when it has not been live here.</summary>
    public LiveChannel? Find(string slug) => _channels.GetValueOrDefault(slug);

    /// <summary>State of a channel, also of one that was never live.</summary>
    public ChannelStatus StatusOf(string slug) => Find(slug)?.Status ?? ChannelStatus.Offline;

    /// <summary>Decides on a publisher. A <see cref="PublishAuthorizer"/>.</summary>
    public async ValueTask<PublishAnswer> AuthorizeAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        // What it said is not repeated: it may be the stream key, in the wrong place.
        if (!request.App.Equals(App, StringComparison.OrdinalIgnoreCase))
        {
            return new PublishAnswer.Refused(
                $"There is no such application here; publish to '{App}', with the stream key in the encoder's field for it.");
        }

        if (request.StreamKey.Length == 0)
        {
            return new PublishAnswer.Refused("The stream key is missing. Copy it from the studio page into the encoder's field for it.");
        }

        if (directory.FindByStreamKey(request.StreamKey) is not { } channel)
        {
            return new PublishAnswer.Refused(
                "This stream key belongs to no channel. Copy it again from the studio page.", PublishRefusal.UnknownKey);
        }

        if (Open(channel.Slug) is not { } live)
        {
            return BroadcastSupervisor.GoingDown;
        }

        live.Arrive();
        try
        {
            return await LetInAsync(live, request.StreamKey, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            live.Arrived();
        }
    }

    /// <summary>Makes the publisher of a channel leave who has not come with its new key; who has it may go on with the broadcast.</summary>
    /// <param name="slug">The channel.</param>
    /// <param name="keyHash">The hash of its new key.</param>
    public void RevokePublisher(string slug, string keyHash) => Find(slug)?.Supervisor.Tell(new RevokePublisher(keyHash));

    /// <summary>Ends a channel's broadcast for good and forgets it. Again, it waits too.</summary>
    public Task RemoveAsync(string slug)
    {
        if (!_channels.TryRemove(slug, out var channel))
        {
            return _leaving.GetValueOrDefault(slug, Task.CompletedTask);
        }

        var stopped = StopAsync(channel);
        _leaving[slug] = stopped;
        stopped.ContinueWith(
            _ => _leaving.TryRemove(KeyValuePair.Create(slug, stopped)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return stopped;
    }

    /// <summary>Another node has claimed the channel under that epoch: a broadcast here of a lower one is let go of.</summary>
    public void Yield(string slug, long epoch) => Find(slug)?.Supervisor.Tell(new ClaimOvertaken(epoch));

    /// <summary>A publisher without the channel's key leaves, and a broadcast that is overtaken is let go of.</summary>
    public void Hear(string slug)
    {
        var state = directory.StateOf(slug);
        if (state.Channel is not null)
        {
            RevokePublisher(slug, state.KeyHash);
        }

        if (state.Origin is { Node: not null, Epoch: var epoch })
        {
            Yield(slug, epoch);
        }
    }

    /// <summary>
    /// Lets no publisher in any more, and ends all broadcasts, or hands them over where another node can go on: what they have is stored when this is done.
    /// Again, it waits too.
    /// </summary>
    public Task StopAsync()
    {
        lock (_opening)
        {
            if (!_isStopped)
            {
                (_isStopped, _handsOver) = (true, !_channels.IsEmpty && hasHeirs?.Invoke() == true);
            }
        }

        return Task.WhenAll(_channels.Values.Select(channel => _handsOver ? HandOverAsync(channel) : StopAsync(channel)));
    }

    public ValueTask DisposeAsync() => new(StopAsync());

    private async Task<PublishAnswer> LetInAsync(LiveChannel live, string streamKey, CancellationToken cancellationToken)
    {
        var epoch = claims is null ? ChannelClaims.Unstored : await claims.TryAsync(live.Slug, streamKey).ConfigureAwait(false);
        if (epoch is null)
        {
            return new PublishAnswer.Refused(
                "The stream key of this channel was changed in this moment. Copy it again from the studio page.",
                PublishRefusal.UnknownKey);
        }

        var publication = new LivePublication(live.Supervisor, ChannelDirectory.Hash(streamKey));
        using var begun = await EarlierAsync(live, epoch.Value, cancellationToken).ConfigureAwait(false);
        live.Supervisor.Tell(new BeginPublication(publication, epoch.Value, begun?.Broadcast));
        try
        {
            await Task.WhenAny(publication.Refusal, live.Stopped).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await publication.EndAsync(PublicationEnd.Disconnected).ConfigureAwait(false); // It may have begun.
            throw;
        }

        if (publication.Refusal.IsCompleted)
        {
            if (await publication.Refusal.ConfigureAwait(false) is { } refused)
            {
                return refused;
            }

            if (directory.FindByStreamKey(streamKey) is not null)
            {
                return new PublishAnswer.Accepted(publication);
            }

            // Deleted, or its key changed, in this moment.
            await RemoveAsync(live.Slug).ConfigureAwait(false);
        }

        return new PublishAnswer.Refused("The channel was changed in this moment. Please look at the studio page.");
    }

    /// <summary>What this node is to go on with, if it was not the channel's origin until now. What goes wrong there keeps no publisher out.</summary>
    private async Task<EarlierBroadcast?> EarlierAsync(LiveChannel live, long epoch, CancellationToken cancellationToken)
    {
        if (earlier is null || epoch == ChannelClaims.Unstored || live.UnderWay?.Epoch == epoch)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(ResumeTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await earlier(live.Slug, epoch, both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotFound(logger, live.Slug, e);
            return null;
        }
    }

    private static Task HandOverAsync(LiveChannel channel)
    {
        channel.Supervisor.Tell(HandOverChannel.Instance);
        return channel.Stopped;
    }

    private static Task StopAsync(LiveChannel channel)
    {
        channel.Supervisor.Tell(StopChannel.Instance);
        return channel.Stopped;
    }

    /// <summary>The channel with its supervisor; null when the node is going down.</summary>
    private LiveChannel? Open(string slug)
    {
        if (Find(slug) is { } found)
        {
            return found;
        }

        lock (_opening)
        {
            if (_isStopped)
            {
                return null;
            }

            return _channels.GetOrAdd(slug, static (slug, self) => self.New(slug), this);
        }
    }

    private LiveChannel New(string slug)
    {
        var channel = new LiveChannel(slug, () => Changed?.Invoke(slug));
        channel.Supervisor = actors().ActorOf(BroadcastSupervisor.Props(channel, _settings));
        return channel;
    }

    [LoggerMessage(218, LogLevel.Warning, "{Slug}: what another node has begun could not be looked for")]
    private static partial void LogNotFound(ILogger logger, string slug, Exception exception);
}
