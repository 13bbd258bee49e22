using System.Diagnostics;
using Streaming.Cluster.Tracing;

namespace Streaming.Cluster.Channels;

/// <summary>
/// What a <see cref="ChannelEntity"/> tells those who watch the node: how long it took to begin, and what storing its events took; of
/// claims also as activities. It has one command at a time, as the entity has.
/// </summary>
internal sealed class ChannelTelling(ChannelInstruments? instruments)
{
    private readonly long _beganAt = instruments?.Now ?? 0;
    private long _storingSince;
    private Activity? _deciding;
    private Activity? _storing;

    /// <summary>It takes commands.</summary>
    public void Recovered() => instruments?.Recovered(_beganAt);

    /// <summary>It cannot read its events.</summary>
    public void NotRecovered() => instruments?.NotRecovered();

    /// <summary>It has decided: the answer, or null where an event is to be stored before.</summary>
    public void Decided(IChannelCommand command, ChannelAnswer? answer)
    {
        _storingSince = instruments?.Now ?? 0;
        if (command is not ITraced traced)
        {
            return;
        }

        _deciding = Traces.BeginLong(ChannelRegistry.ClaimActivity, ActivityKind.Server, traced.TraceParent);
        _deciding?.SetTag(Traces.Channel, command.Slug);
        if (answer is not null)
        {
            EndActivities(ChannelOutcome.Of(answer));
        }
        else if (_deciding is not null)
        {
            _storing = Traces.BeginLong("INSERT journal", ActivityKind.Client, _deciding.Id);
            _storing?.SetTag("db.operation.name", "INSERT").SetTag("db.collection.name", "journal");
        }
    }

    /// <summary>The event is stored.</summary>
    public void Stored()
    {
        instruments?.Persisted(_storingSince);
        EndActivities(ChannelOutcome.Stored);
    }

    /// <summary>The journal failed, and may have stored it all the same.</summary>
    public void Failed(Exception cause) => NotStored("failed", cause);

    /// <summary>The journal does not take the event.</summary>
    public void Rejected(Exception cause) => NotStored("rejected", cause);

    private void NotStored(string kind, Exception cause)
    {
        instruments?.NotPersisted(kind);
        _storing?.Fail(cause.GetBaseException().GetType().FullName!);
        _deciding?.Fail(kind);
        EndActivities(kind);
    }

    private void EndActivities(string outcome)
    {
        _storing?.End();
        _deciding?.SetTag(Traces.Outcome, outcome);
        _deciding?.End();
        (_storing, _deciding) = (null, null);
    }
}
