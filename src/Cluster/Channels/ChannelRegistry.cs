using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Streaming.Cluster.Databases;
using Streaming.Cluster.Naming;
using Streaming.Cluster.Membership;
using Streaming.Cluster.Tracing;

namespace Streaming.Cluster.Channels;

/// <summary>
/// Changes channels: asks their entities, wherever they are, and sees to it that this node knows of a change before who asked for it does.
/// </summary>
/// <param name="directory">What this node knows.</param>
/// <param name="entities">Where their messages go; asked for when there are actors.</param>
/// <param name="journal">Has space for deletions where the disk is full.</param>
/// <param name="node">This run of this node; asked for when there are actors.</param>
/// <param name="time">Dates new channels, and ends patience.</param>
/// <param name="instruments">Are told what is asked; null for nobody.</param>
public sealed class ChannelRegistry(
    ChannelDirectory directory,
    Func<IActorRef> entities,
    EventJournal journal,
    Func<string> node,
    TimeProvider time,
    ChannelInstruments? instruments = null)
{
    /// <summary>Channels that there may be.</summary>
    public const int ChannelsMax = 10_000;

    /// <summary>The activity of a claim.</summary>
    internal const string ClaimActivity = "channel/claim";

    /// <summary>How long an operator waits for an entity's answer: longer than the journal takes to give up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How long a publisher does.</summary>
    public static readonly TimeSpan PublisherPatience = TimeSpan.FromSeconds(5);

    // Channels of whose last command nobody knows what became of it: no more than operators and publishers asked for.
    private readonly ConcurrentDictionary<string, object> _inDoubt = new(StringComparer.Ordinal);

    /// <summary>Other nodes can be a channel's origin.</summary>
    public bool IsShared => journal.IsShared;

    /// <summary>
    /// Makes a channel, or renames the one that is there.
    /// </summary>
    /// <param name="slug">Its name in addresses: see <see cref="Channel.IsSlug"/>.</param>
    /// <param name="title">Its name for people; null keeps what is there, or takes the slug.</param>
    /// <returns>
    /// The channel, and its stream key if it is new: the only time that the key is known. No channel while what belonged to a deleted
    /// one of its name is not gone.
    /// </returns>
    /// <exception cref="InvalidOperationException">There are <see cref="ChannelsMax"/> channels.</exception>
    /// <exception cref="ChannelsUnavailableException">It is not stored.</exception>
    public async Task<(Channel? Channel, string? StreamKey)> PutAsync(string slug, string? title)
    {
        if (directory.Count >= ChannelsMax && directory.Find(slug) is null)
        {
            throw new InvalidOperationException($"There are {ChannelsMax:N0} channels already.");
        }

        var key = Ids.NewSecret();
        var answer = await AskAsync(new PutChannel(slug, title, ChannelDirectory.Hash(key), time.GetUtcNow())).ConfigureAwait(false);
        return answer is ChannelAnswer.Done done
            ? (directory.Find(slug), done.Event is ChannelCreated ? key : null)
            : (null, null);
    }

    /// <summary>Gives a channel a new stream key; the old one is worth nothing from now on. Null without such a channel.</summary>
    /// <exception cref="ChannelsUnavailableException">It is not stored.</exception>
    public async Task<string?> ChangeStreamKeyAsync(string slug)
    {
        var key = Ids.NewSecret();
        var answer = await AskAsync(new ChangeStreamKey(slug, ChannelDirectory.Hash(key))).ConfigureAwait(false);
        return answer is ChannelAnswer.Done ? key : null;
    }

    /// <summary>
    /// Deletes a channel; false when there is none. What belongs to it is to follow: until <see cref="ClearAsync"/>, it is among
    /// <see cref="ChannelDirectory.Leaving"/>, also after a restart.
    /// </summary>
    /// <exception cref="ChannelsUnavailableException">It is not stored.</exception>
    public async Task<bool> DeleteAsync(string slug)
    {
        journal.KeepSpareSpace();
        try
        {
            return await AskAsync(new DeleteChannel(slug)).ConfigureAwait(false) is ChannelAnswer.Done;
        }
        catch (ChannelsUnavailableException e) when (e.IsDiskFull && journal.GiveSpareSpace())
        {
            // What frees space has to be possible where there is none.
            return await AskAsync(new DeleteChannel(slug)).ConfigureAwait(false) is ChannelAnswer.Done;
        }
    }

    /// <summary>Nothing is left of a deleted channel.</summary>
    /// <exception cref="ChannelsUnavailableException">It is not stored.</exception>
    public Task ClearAsync(string slug) => AskAsync(new ClearChannel(slug));

    /// <summary>
    /// Makes this node the channel's origin. The epoch, which grows with each claim of another node or run of this one, and with each after a
    /// release; null where the publisher's key is not the channel's.
    /// </summary>
    /// <exception cref="ChannelsUnavailableException">It is not stored.</exception>
    public async Task<long?> ClaimAsync(string slug, string streamKey)
    {
        var claim = new ClaimChannel(slug, ChannelDirectory.Hash(streamKey), node());
        return await AskAsync(claim, PublisherPatience).ConfigureAwait(false) is ChannelAnswer.Done done ? done.SequenceNr : null;
    }

    /// <summary>A broadcast of this node has ended; false where the channel is gone, or has another origin by now.</summary>
    /// <exception cref="ChannelsUnavailableException">It is not stored.</exception>
    public async Task<bool> EndBroadcastAsync(string slug, long epoch, string broadcastId) =>
        await AskAsync(new EndBroadcast(slug, epoch, broadcastId), PublisherPatience).ConfigureAwait(false) is ChannelAnswer.Done;

    /// <summary>This node is the channel's origin no more; false where it was not any more.</summary>
    /// <exception cref="ChannelsUnavailableException">It is not stored.</exception>
    public async Task<bool> ReleaseAsync(string slug, long epoch) =>
        await AskAsync(new ReleaseChannel(slug, epoch), PublisherPatience).ConfigureAwait(false) is ChannelAnswer.Done;

    private Task<ChannelAnswer> AskAsync(IChannelCommand command) => AskAsync(command, Patience);

    private async Task<ChannelAnswer> AskAsync(IChannelCommand command, TimeSpan patience)
    {
        ChannelAnswer answer;
        using var activity = command is ITraced ? Traces.Begin(ClaimActivity, ActivityKind.Client) : null;
        if (activity is not null)
        {
            activity.SetTag(Traces.Channel, command.Slug);
            command = (IChannelCommand)((ITraced)command).SentIn(activity.Id);
        }

        using var patienceEnds = new CancellationTokenSource(patience, time);
        try
        {
            answer = await entities().Ask<ChannelAnswer>(command, patienceEnds.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            activity?.Fail(ChannelOutcome.Unanswered);
            instruments?.Answered(command, ChannelOutcome.Unanswered);
            _inDoubt[command.Slug] = new();
            throw new ChannelsUnavailableException(patience);
        }

        var outcome = ChannelOutcome.Of(answer);
        activity?.SetTag(Traces.Outcome, outcome);
        instruments?.Answered(command, outcome);
        switch (answer)
        {
            case ChannelAnswer.Failed failed:
                activity?.Fail(outcome, failed.Reason);
                throw new ChannelsUnavailableException(failed.Reason, failed.IsDiskFull);
            case ChannelAnswer.InDoubt inDoubt:
                activity?.Fail(outcome, inDoubt.Reason);
                _inDoubt[command.Slug] = new();
                throw new ChannelsUnavailableException(inDoubt.Reason);
        }

        await LearnAsync(command.Slug).ConfigureAwait(false);
        if (answer is ChannelAnswer.Done { Event: { } stored } done)
        {
            directory.Apply(done.SequenceNr, stored);
        }

        return answer;
    }

    /// <summary>Reads what became of a command that was in doubt, now that the channel answers again.</summary>
    private async Task LearnAsync(string slug)
    {
        if (!_inDoubt.TryGetValue(slug, out var doubt))
        {
            return;
        }

        try
        {
            foreach (var (sequenceNr, happened) in await Task.Run(() => new ChannelJournal(journal).Of(slug)).ConfigureAwait(false))
            {
                directory.Apply(sequenceNr, happened);
            }

            _inDoubt.TryRemove(KeyValuePair.Create(slug, doubt)); // And not one that came meanwhile.
        }
        catch (DatabaseUnusableException e)
        {
            throw new ChannelsUnavailableException(e.Message);
        }
    }
}
