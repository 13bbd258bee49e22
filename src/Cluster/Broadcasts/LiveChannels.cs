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
public sealed class LiveChannels(
    Func<IActorRefFactory> actors,
    ChannelDirectory directory,
    BroadcastOptions options,
    IMediaStorage storage,
    TimeProvider time,
    ILogger<LiveChannel> logger,
    RecordingLibrary? recordings = null,
    ChannelClaims? claims = null,
    LiveInstruments? instruments = null,
    ITranscodeRuns? runs = null)
    : IAsyncDisposable, IChannelListener
{
    /// <summary>The application that broadcasters publish to: <c>rtmp://host/live</c>.</summary>
    public const string App = "live";

    private readonly BroadcastSettings _settings = new(options, storage, recordings, claims, time, logger, instruments, runs);
    private readonly ConcurrentDictionary<string, LiveChannel> _channels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _leaving = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private bool _isStopped;

    /// <summary>Told when a broadcast has begun or ended, on the thread of its graph: nothing waits there.</summary>
    public event Action? Changed;

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

    /// <summary>A publisher without the channel's key leaves, and a broadcast that is overtaken ends.</summary>
    public void Hear(string slug)
    {
        var state = directory.StateOf(slug);
        if (state.Channel is not null)
        {
            RevokePublisher(slug, state.KeyHash);
        }

        if (state.Origin is { Node: not null, Epoch: var epoch })
        {
            Find(slug)?.Supervisor.Tell(new ClaimOvertaken(epoch));
        }
    }

    /// <summary>Lets no publisher in any more, and ends all broadcasts: what they have is stored when this is done. Again, it waits
    /// too.</summary>
    public Task StopAsync()
    {
        lock (_opening)
        {
            _isStopped = true;
        }

        return Task.WhenAll(_channels.Values.Select(StopAsync));
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
        live.Supervisor.Tell(new BeginPublication(publication, epoch.Value));
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
        var channel = new LiveChannel(slug, () => Changed?.Invoke());
        channel.Supervisor = actors().ActorOf(BroadcastSupervisor.Props(channel, _settings));
        return channel;
    }
}
